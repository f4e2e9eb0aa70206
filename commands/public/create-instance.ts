import { z } from 'zod'
import { restoreFaults } from '../../domain/backup/restorable.ts'
import { instanceIdSchema, operationIdSchema } from '../../domain/ids.ts'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import { allFaults, type Rejection } from '../../domain/rejection.ts'
import { completeAccounts } from '../../domain/values/accounts.ts'
import { changedDetails, noDetails, tagCountRefusal } from '../../domain/values/instance-details.ts'
import type { InstanceSpec } from '../../domain/values/instance-spec.ts'
import { resourcesOf } from '../../domain/values/resources.ts'
import { isoAfter, isoNow } from '../../kernel/clock.ts'
import { awaitedOffers } from '../awaited-offers.ts'
import { claimHost, type Place, releaseHost } from '../claim-host.ts'
import type { Directory } from '../directory.ts'
import { ownerOf } from '../dispatch/authorise.ts'
import { checkCreateInstance, lookTwice } from '../dispatch/check-create-instance.ts'
import { type Credential, credentialsFor } from '../dispatch/credentials.ts'
import { completedBy, contradictsSource, type FoundSource, findSource } from '../dispatch/find-source.ts'
import { type AskForName, withFormerNames } from '../dispatch/former-names.ts'
import { createPatientHandler } from '../dispatch/patient-handler.ts'
import type { CommandContext } from '../handle.ts'
import { NotOfferedYet } from '../not-offered-yet.ts'
import { sealUsers } from '../secrets/seal-users.ts'
import { credentialsField, shownId } from './answers.ts'
import { type CreateInstance, createInstanceInput } from './create-instance-input.ts'
import { type AnswerOf, accepted, type DispatchDependencies, defineCommand, type Job, refused } from './definition.ts'
import { detailsFaults } from './instance-details-input.ts'

type Wish = {
  readonly command: CreateInstance
  readonly spec: InstanceSpec
  /** Null: it begins empty. */
  readonly source: FoundSource | null
  readonly context: CommandContext
}

const createInstanceAnswer = {
  name: 'CreateInstance',
  says: 'The instance has been asked for and is being made.',
  fields: z.object({
    instanceId: shownId(instanceIdSchema, 'The new instance.'),
    operationId: shownId(operationIdSchema, 'What makes it.'),
    credentials: credentialsField,
  }),
}
type Answer = AnswerOf<z.output<typeof createInstanceAnswer.fields>>

export const createInstance = defineCommand({
  name: 'CreateInstance',
  role: 'member',
  does: 'Asks for a database server. Answers at once with the instance in `PROVISIONING`; its operation says how it goes and ends within its deadline.',
  asks: 'The wish for a database server.',
  input: createInstanceInput,
  faults: ({ description, tags }) => [
    ...detailsFaults(description, tags, 'tags'),
    tags === undefined ? null : tagCountRefusal(tags, 'tags'),
  ],
  answer: createInstanceAnswer,
  carryOut: (dependencies, job, input) =>
    createFor(dependencies, job, {
      ...input,
      datastore: input.datastore ?? '',
      projectId: ownerOf(job, input.projectId),
    }),
})

/** Room in the project's quota, then on a host, then the instance itself: each held with an expiry until the next is there. */
export const createFor = async (offered: DispatchDependencies, job: Job, given: CreateInstance): Promise<Answer> => {
  // Sagas write to the streams of projects and hosts for every other create.
  const handler = createPatientHandler(offered, job.request.signal)
  const dependencies = { ...offered, handler }
  const { directory, settings } = dependencies
  const { instanceId, nodeId, operationId } = job.ids
  const { projectId, fromBackup } = given
  // What was granted is answered as it was, whatever has become of what is on offer since.
  if (job.repeat) {
    const { state, position } = await handler.load(instance, instanceStream(instanceId))
    if (state.status !== 'ABSENT') {
      const credentials = credentialsOf(dependencies, job, withAccounts(given))
      offered.keptCreates?.keep(instanceId, credentials)
      return accepted({ position, instanceId, operationId, credentials, replayed: true })
    }
  }
  const found = fromBackup === undefined ? null : await findSource(dependencies, fromBackup, projectId)
  if (found && !found.ok) return refused(found.rejection)
  const source = found?.source ?? null
  const contradiction = source && allFaults(contradictsSource(source, given))
  if (contradiction) return refused(contradiction)
  const asked = source ? completedBy(source, given) : given
  await directory.ready(job.request.signal)
  const lookAgain = () => directory.catchUp(job.request.signal)
  const checked = await lookTwice(() => checkCreateInstance(directory, settings, asked), lookAgain)
  if (!checked.ok) {
    assertNotAwaited(directory, asked, checked.rejection)
    return refused(checked.rejection)
  }
  const misfit = source && allFaults(restoreFaults(source.contents, checked.value))
  if (misfit) return refused(misfit)
  const command = withAccounts(asked)
  const context = { ...job.context, correlationId: operationId, projectId, instanceId }
  const credentials = credentialsOf(dependencies, job, command)
  const wish = { command, spec: checked.value, source, context }
  const hostWish = {
    nodeId,
    instanceId,
    operationId,
    spec: checked.value,
    hasSecrets: source !== null || (command.users ?? []).length > 0,
    holdMs: settings.reservationMs,
  }
  const reserved = await reserveQuota(dependencies, job, wish)
  if (reserved.outcome === 'rejected') return refused(reserved.rejection)
  const placed = await lookTwice(() => claimHost(dependencies, hostWish, context), lookAgain)
  if (!placed.ok) {
    await releaseQuota(dependencies, job, wish)
    return refused(placed.rejection)
  }
  return request(dependencies, job, { ...wish, nameFence: reserved.revision ?? 0 }, placed, credentials)
}

/** With the databases that its users need. Those of a backup are in it. */
const withAccounts = (asked: CreateInstance): CreateInstance => {
  const { datastore, fromBackup, databases = [], users = [] } = asked
  return fromBackup === undefined ? { ...asked, ...completeAccounts(datastore, { databases, users }) } : asked
}

/** Where a host has what was asked for, and is about to offer it, the request is early and not wrong. Throws `NotOfferedYet`. */
const assertNotAwaited = (directory: Directory, asked: CreateInstance, { code }: Rejection): void => {
  if (code !== 'UNKNOWN_DATASTORE' && code !== 'UNKNOWN_VERSION') return
  const awaited = awaitedOffers(directory).find(
    ({ datastore, version }) => datastore === asked.datastore && version.startsWith(asked.version ?? ''),
  )
  if (awaited === undefined) return
  const { datastore, version, host } = awaited
  throw new NotOfferedYet(
    `${datastore} ${version} of host ${host} is not on offer yet: its registration is being handled`,
  )
}

const credentialsOf = ({ masterKey }: DispatchDependencies, job: Job, { databases = [], users = [] }: CreateInstance) =>
  credentialsFor(
    users,
    databases.map(({ name }) => name),
    masterKey,
    { idempotencyKey: job.request.idempotencyKey, scope: job.ids.instanceId },
  )

const reserveQuota = (
  { handler, clock, settings }: DispatchDependencies,
  { ids }: Job,
  { command: { projectId, name }, spec, context }: Wish,
): ReturnType<AskForName> =>
  withFormerNames(handler, { projectId, name }, context, (refusedBy) =>
    handler.handle(
      project,
      projectStream(projectId),
      {
        type: 'ReserveQuota',
        projectId,
        instanceId: ids.instanceId,
        operationId: ids.operationId,
        name,
        refusedBy,
        resources: resourcesOf(spec),
        now: isoNow(clock),
        expiresAt: isoAfter(clock, settings.reservationMs),
        defaultLimits: settings.defaultQuota,
      },
      context,
    ),
  )

const request = async (
  dependencies: DispatchDependencies,
  job: Job,
  wish: Wish & { readonly nameFence: number },
  { hostId, sealingKey }: Place,
  credentials: readonly Credential[],
): Promise<Answer> => {
  const { handler, clock, settings } = dependencies
  const { instanceId, nodeId, operationId } = job.ids
  const { projectId, name, databases = [] } = wish.command
  const handled = await handler.handle(
    instance,
    instanceStream(instanceId),
    {
      type: 'RequestInstance',
      instanceId,
      projectId,
      operationId,
      name,
      nameFence: wish.nameFence,
      spec: wish.spec,
      nodeId,
      hostId,
      databases,
      ...detailsOf(wish.command),
      sealingKey: sealingKey?.number ?? null,
      users: sealingKey === null ? [] : await sealUsers(sealingKey, nodeId, credentials),
      ...(sealingKey && wish.source && { source: await wish.source.seal(sealingKey, wish.command.throwaway ?? false) }),
      // What a restore takes depends on how much there is, as with the backup.
      deadline: isoAfter(clock, settings.operationTimeoutMs[wish.source ? 'backup' : 'provision']),
    },
    wish.context,
  )
  if (handled.outcome === 'accepted') {
    const { position } = handled
    dependencies.keptCreates?.keep(instanceId, credentials)
    return accepted({ position, instanceId, operationId, credentials, replayed: handled.events.length === 0 })
  }
  await releaseHost(handler, hostId, job.ids, wish.context)
  await releaseQuota(dependencies, job, wish)
  return refused(handled.rejection)
}

/** Nothing where there is nothing to keep beside the instance. */
const detailsOf = ({ description, tags, deletionProtected }: CreateInstance) => {
  const given = changedDetails(noDetails, { description: description || null, setTags: tags, deletionProtected })
  return Object.keys(given).length === 0 ? {} : { details: { ...noDetails, ...given } }
}

/** Where this is not reached (a crash, a store that is away), what was held expires by itself. */
const releaseQuota = ({ handler }: DispatchDependencies, { ids }: Job, { command: { projectId }, context }: Wish) =>
  handler.handle(
    project,
    projectStream(projectId),
    { type: 'ReleaseReservation', projectId, instanceId: ids.instanceId, operationId: ids.operationId },
    context,
  )
