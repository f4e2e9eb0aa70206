import { datastoreStream, resolveVersion } from '../../domain/datastore/index.ts'
import { type FlavorState, flavorStream } from '../../domain/flavor/index.ts'
import { flavorIdSchema } from '../../domain/ids.ts'
import { allFaults, type Rejection } from '../../domain/rejection.ts'
import { accountsFaults } from '../../domain/values/accounts.ts'
import { type DatastoreType, datastoreTypeSchema, type InstanceSpec } from '../../domain/values/instance-spec.ts'
import { instanceNameRefusal } from '../../domain/values/names.ts'
import { quote } from '../../domain/values/text.ts'
import { volumeRefusal } from '../../domain/values/volume.ts'
import type { Directory } from '../directory.ts'
import { UnreadableHistory } from '../history.ts'
import type { CreateInstance } from '../public/create-instance-input.ts'
import type { DispatchSettings } from '../public/definition.ts'

type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rejection: Rejection }

const fine = <T>(value: T): Checked<T> => ({ ok: true, value })
const wrong = (rejection: Rejection): Checked<never> => ({ ok: false, rejection })
const faultOf = (checked: Checked<unknown>): Rejection | null => (checked.ok ? null : checked.rejection)

/** Everything about a request that can be told from the request and the catalogue: what it would be, or all that is wrong with it. */
export const checkCreateInstance = (
  directory: Directory,
  settings: DispatchSettings,
  command: CreateInstance,
): Checked<InstanceSpec> => {
  const datastore = findDatastore(directory, command.datastore)
  const version = datastore.ok ? findVersion(directory, datastore.value, command.version) : datastore
  const flavor = findFlavor(directory, command.flavor ?? settings.defaultFlavor)
  const volumeGiB = command.volumeGiB ?? settings.defaultVolumeGiB
  const rejection = allFaults([
    instanceNameRefusal(command.name),
    faultOf(version),
    faultOf(flavor),
    volumeRefusal(volumeGiB, settings.maxVolumeGiB),
    ...(datastore.ok ? accountsFaults(datastore.value, command.databases ?? [], command.users ?? []) : []),
  ])
  if (rejection) return wrong(rejection)
  if (!datastore.ok || !version.ok || !flavor.ok) throw new Error('a fault of a request was not told')
  const { flavorId, vcpus, memoryMiB } = flavor.value
  return fine({ datastore: datastore.value, version: version.value, flavor: flavorId, vcpus, memoryMiB, volumeGiB })
}

const ofTheDirectory: ReadonlySet<Rejection['code']> = new Set([
  'UNKNOWN_DATASTORE',
  'UNKNOWN_VERSION',
  'UNKNOWN_FLAVOR',
  'NO_CAPACITY',
])

/** What the directory knows may be a moment old: a refusal that rests on it is worth a second look. */
const restsOnDirectory = ({ code, alsoWrong = [] }: Rejection): boolean =>
  ofTheDirectory.has(code) || alsoWrong.some((fault) => ofTheDirectory.has(fault.code))

type Attempt = { readonly ok: true } | { readonly ok: false; readonly rejection: Rejection }

/** Once more where the refusal rests on the directory, when that has seen what others, and the views, may show already. */
export const lookTwice = async <Tried extends Attempt>(
  attempt: () => Tried | Promise<Tried>,
  lookAgain: () => Promise<void>,
): Promise<Tried> => {
  const first = await attempt()
  if (first.ok || !restsOnDirectory(first.rejection)) return first
  await lookAgain()
  return attempt()
}

const list = (names: readonly string[], waitsFor: string): string =>
  names.length === 0 ? `none yet, until ${waitsFor}` : names.join(', ')

const findDatastore = (directory: Directory, asked: string): Checked<DatastoreType> => {
  const offered = directory.datastores().flatMap((state) => (state.offered.length > 0 ? (state.datastore ?? []) : []))
  const known = datastoreTypeSchema.safeParse(asked)
  if (known.success && offered.includes(known.data)) return fine(known.data)
  const unreadable = known.success ? directory.refusal(datastoreStream(known.data)) : undefined
  if (unreadable) return wrong(new UnreadableHistory(unreadable).rejection)
  const onOffer = `the datastores on offer are: ${list(offered, 'a host registers that has an engine')}`
  if (asked === '') {
    const message = `name a datastore, or a backup that it is to be made of; ${onOffer}`
    return wrong({ code: 'INVALID_INPUT', message, field: 'datastore' })
  }
  return wrong({
    code: 'UNKNOWN_DATASTORE',
    message: `${quote(asked)} is not on offer; ${onOffer}`,
    field: 'datastore',
  })
}

const findVersion = (directory: Directory, datastore: DatastoreType, asked: string | undefined): Checked<string> => {
  const resolved = resolveVersion(directory.datastore(datastore), asked)
  return resolved.ok ? fine(resolved.version) : resolved
}

/** A flavor on offer. */
export const findFlavor = (
  directory: Directory,
  asked: string,
): Checked<Extract<FlavorState, { readonly status: 'DEFINED' }>> => {
  const flavorId = flavorIdSchema.safeParse(asked)
  const state = flavorId.success ? directory.flavor(flavorId.data) : null
  if (state?.status === 'DEFINED') return fine(state)
  const unreadable = flavorId.success ? directory.refusal(flavorStream(flavorId.data)) : undefined
  if (unreadable) return wrong(new UnreadableHistory(unreadable).rejection)
  const offered = directory.flavors().flatMap((flavor) => (flavor.status === 'DEFINED' ? flavor.flavorId : []))
  return wrong({
    code: 'UNKNOWN_FLAVOR',
    message: `${quote(asked)} is not on offer; the flavors on offer are: ${list(offered, 'an administrator defines one')}`,
    field: 'flavor',
  })
}
