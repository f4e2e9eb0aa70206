import type { CliContext } from '../context.ts'
import { findInstance, instancesWith } from '../find-instance.ts'
import {
  type InstanceFilter,
  type InstanceFragment,
  RenameInstanceDocument,
  UpdateInstanceDocument,
} from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { readAll } from '../pages.ts'
import { shortId } from '../short-ids.ts'
import { changesOf, tagAsked, type UpdateOptions } from '../tags.ts'
import { localTime } from '../time.ts'
import { instanceAsOf } from './past-instance.ts'

const address = ({ endpoint }: InstanceFragment): string | null => endpoint && `${endpoint.host}:${endpoint.port}`

/** Whether there is nothing to say of its engine but that it serves. */
const isPlain = ({ health, volumeStage, incident }: InstanceFragment): boolean =>
  health === 'HEALTHY' && volumeStage === 'ROOMY' && incident === null

/** An engine may have no databases of its own to name. */
const userInWords = ({ name, databases }: InstanceFragment['users'][number]): string =>
  databases.length === 0 ? name : `${name} (${databases.join(', ')})`

/** For an admin, who finds what belongs to it on that host by the id of the node. */
const placeInWords = ({ id, hostId, role }: InstanceFragment['nodes'][number]): readonly string[] =>
  hostId === null ? [] : [`${id} (${role.toLowerCase()}) on host ${hostId}`]

const tagInWords = ({ key, value }: InstanceFragment['tags'][number]): string =>
  value === '' ? key : `${key}=${value}`

/** An instance for people, a line a fact. `placed`: with where it is, for those who may know. */
export const instanceFields = (instance: InstanceFragment, { placed = false } = {}): string[] =>
  formatFields([
    ['name', instance.name],
    ['id', instance.id],
    ['description', instance.description],
    ['tags', instance.tags.map(tagInWords).join(', ')],
    ['status', instance.status],
    ['health', instance.status === 'ACTIVE' ? instance.health : null],
    ['reason', isPlain(instance) ? null : instance.healthReason],
    ['fault', instance.fault && `${instance.fault.message} (${instance.fault.code})`],
    ['operation', instance.operation && `${instance.operation.kind} ${instance.operation.id}`],
    ['beside it', instance.sharedOperations.map(({ kind, id }) => `${kind} ${id}`).join(', ')],
    ['datastore', `${instance.datastore} ${instance.version}`],
    ['flavor', `${instance.flavor} (${instance.vcpus} vCPU, ${instance.memoryMiB} MiB)`],
    ['volume', `${instance.volumeGiB} GiB`],
    ['endpoint', address(instance)],
    ['databases', instance.databases.join(', ')],
    ['users', instance.users.map(userInWords).join(', ')],
    ['protected', instance.deletionProtected ? 'against deletion' : null],
    ['nodes', placed ? instance.nodes.flatMap(placeInWords).join(', ') : null],
    ['created', localTime(instance.createdAt)],
  ])

export const showInstance = async (
  context: CliContext,
  nameOrId: string,
  { asOf }: { readonly asOf?: string } = {},
): Promise<void> => {
  const present = await findInstance(context, nameOrId)
  const instance = asOf === undefined ? present : await instanceAsOf(context, present.id, asOf)
  await context.output.one(instance, () => instanceFields(instance, { placed: true }))
}

export type ListOptions = Pick<InstanceFilter, 'status' | 'health'> & {
  readonly all: boolean
  readonly prefix?: string
  readonly datastore?: string
  readonly since?: string
  readonly until?: string
  readonly host?: string
  readonly project?: string
  readonly tag: readonly string[]
}

export const listInstances = async (context: CliContext, options: ListOptions): Promise<void> => {
  const filter = {
    includeDeleted: options.all,
    datastore: options.datastore,
    status: options.status,
    health: options.health,
    namePrefix: options.prefix,
    since: options.since,
    until: options.until,
    hostId: options.host,
    projectId: options.project,
    ...(options.tag.length > 0 && { tags: options.tag.map(tagAsked) }),
  }
  const instances = await readAll(context, instancesWith(filter))
  await context.output.list(
    instances,
    [
      ['NAME', ({ name }) => name, 'cutting'],
      ['STATUS', ({ status }) => status],
      ['HEALTH', ({ status, health }) => (status === 'ACTIVE' ? health : null)],
      ['DATASTORE', ({ datastore, version }) => `${datastore} ${version}`],
      ['FLAVOR', ({ flavor }) => flavor],
      ['VOLUME', ({ volumeGiB }) => `${volumeGiB} GiB`],
      ['ENDPOINT', address],
      ['ID', ({ id }) => shortId(id)],
    ],
    `There are no instances. Make one: ${context.invocation} instance create shop --datastore postgresql --database app --user app --wait`,
  )
}

export const renameInstance = async (
  context: CliContext,
  nameOrId: string,
  newName: string,
  { idempotencyKey }: { readonly idempotencyKey?: string },
): Promise<void> => {
  const { id, name } = await findInstance(context, nameOrId)
  const { instance } = await mutate(context, RenameInstanceDocument, { id, name: newName, idempotencyKey })
  await context.output.one(instance, () => [`${name} is now called ${instance?.name ?? newName}`])
}

export const updateInstance = async (
  context: CliContext,
  nameOrId: string,
  {
    idempotencyKey,
    expectedVersion,
    ...options
  }: UpdateOptions & {
    readonly idempotencyKey?: string
    readonly expectedVersion?: number
  },
): Promise<void> => {
  const changes = changesOf(options)
  const { id, name } = await findInstance(context, nameOrId)
  const input = { id, ...changes, idempotencyKey, expectedVersion }
  const { instance } = await mutate(context, UpdateInstanceDocument, input)
  await context.output.one(instance, () => (instance ? instanceFields(instance) : [`${name} is as wished`]))
}
