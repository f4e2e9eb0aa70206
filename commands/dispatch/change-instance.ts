import type { HostState } from '../../domain/host/index.ts'
import { hostUnreachable } from '../../domain/host/refusals.ts'
import type { HostId, InstanceId, OperationId } from '../../domain/ids.ts'
import type { RequestOperation } from '../../domain/instance/commands.ts'
import {
  type InstanceCommand,
  type InstanceState,
  instance,
  instanceStream,
  primaryOf,
} from '../../domain/instance/index.ts'
import { holds, type RequestedKind, removes, type WishOf } from '../../domain/instance/operations.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { isoAfter } from '../../kernel/clock.ts'
import type { CommandContext, Loaded } from '../handle.ts'
import { type AnswerOf, accepted, type Job, type OwnDispatchDependencies, refused } from '../public/definition.ts'
import { reaches } from './authorise.ts'
import { lossOf } from './lost-stream.ts'

export const noSuchInstance = (instanceId: InstanceId): Rejection => ({
  code: 'NOT_FOUND',
  message: `there is no instance ${instanceId} that you may see`,
  field: 'id',
})

/**
 * Another project's instance is answered like one that never was; then the version the client saw must still be the version, unless an earlier
 * try under the same idempotency key has done it: then that has passed by its own doing.
 */
const guardInstance =
  (job: Job, instanceId: InstanceId, needsHost: (hostId: HostId) => Rejection | null) =>
  ({ state, revision }: Loaded<InstanceState>, isDone: boolean): Rejection | null => {
    if (state.status === 'ABSENT' || !reaches(job.reach, state.projectId)) return noSuchInstance(instanceId)
    const { expectedVersion } = job.request
    if (isDone) return null
    if (expectedVersion === undefined || expectedVersion === revision) return needsHost(primaryOf(state).hostId)
    return {
      code: 'VERSION_CONFLICT',
      message: `instance ${instanceId} is at version ${revision}, not at ${expectedVersion}: read it again and decide again`,
      field: 'expectedVersion',
      details: { expectedVersion, actualVersion: revision },
    }
  }

/** Carries out a command on an existing instance; `operationId` is the operation it begins, if it does. */
export const changeInstance = async (
  dependencies: OwnDispatchDependencies,
  job: Job,
  instanceId: InstanceId,
  command: InstanceCommand,
  operationId: OperationId | null,
  needsHost: (hostId: HostId) => Rejection | null = () => null,
): Promise<AnswerOf<{ instanceId: InstanceId }>> => {
  const stream = instanceStream(instanceId)
  const contextOf = ({ state }: Loaded<InstanceState>): CommandContext => ({
    ...job.context,
    correlationId: operationId,
    projectId: state.status === 'ABSENT' ? null : state.projectId,
    instanceId,
  })
  const handled = await dependencies.handler.handle(instance, stream, command, contextOf, {
    guard: guardInstance(job, instanceId, needsHost),
    mayBeDone: job.repeat,
    mayBeLost: true,
  })
  if (handled.outcome === 'rejected') {
    const { revision, rejection } = handled
    if (revision !== null) return refused(rejection)
    const shownFor = (await dependencies.findProjectOf?.(instanceId)) ?? null
    return refused(lossOf(dependencies, job, stream, shownFor) ?? rejection)
  }
  const replayed = handled.events.length === 0
  return accepted({ position: handled.position, instanceId, replayed })
}

type Begins = Extract<InstanceCommand, { readonly operationId: OperationId; readonly deadline: string }>
export type Began = AnswerOf<{ instanceId: InstanceId; operationId: OperationId }>

/** Carries out a command that begins the operation it names. */
export const beginWith = async (
  dependencies: OwnDispatchDependencies,
  job: Job,
  instanceId: InstanceId,
  command: Begins,
  needsHost?: (hostId: HostId) => Rejection | null,
): Promise<Began> => {
  const { operationId } = command
  const answer = await changeInstance(dependencies, job, instanceId, command, operationId, needsHost)
  return answer.accepted ? { ...answer, operationId } : answer
}

/** What is wished of an instance that is there: an operation, and what its kind wants to know. */
export type WishOfKind<Kind extends RequestedKind> = {
  readonly [K in Kind]: { readonly kind: K; readonly wish: WishOf<K> }
}[Kind]

/** Asks for an operation on an existing instance that holds nothing for it: `beginHolding` asks for one that does. */
export const beginOperation = async (
  dependencies: OwnDispatchDependencies,
  job: Job,
  instanceId: InstanceId,
  wished: WishOfKind<RequestedKind>,
): Promise<Began> => {
  const { kind } = wished
  if (holds(kind)) throw new Error(`${kind} is begun by beginHolding: what it holds is reserved first`)
  const deadline = isoAfter(dependencies.clock, dependencies.settings.operationTimeoutMs[kind])
  const { operationId } = job.ids
  return beginOnHost(dependencies, job, instanceId, { type: 'RequestOperation', ...wished, operationId, deadline })
}

/** As `beginWith`, where the host of the instance is needed for it. */
export const beginOnHost = async (
  dependencies: OwnDispatchDependencies,
  job: Job,
  instanceId: InstanceId,
  command: RequestOperation,
): Promise<Began> => {
  const { kind } = command
  const needsHost = (hostId: HostId): Rejection | null =>
    removes(kind) ? null : whyHostCannot(dependencies.directory.hosts(), hostId, kind)
  const ask = () => beginWith(dependencies, job, instanceId, command, needsHost)
  const answer = await ask()
  if (answer.accepted || answer.rejection.code !== 'HOST_UNREACHABLE') return answer
  // The directory may be a moment behind a host that has returned.
  await dependencies.directory.catchUp(job.request.signal)
  return ask()
}

/** What a lost host cannot do is refused at once instead of failing at the deadline. Deletion waits for the host. */
const whyHostCannot = (hosts: readonly HostState[], hostId: HostId, kind: string): Rejection | null => {
  const found = hosts.find((state) => state.status === 'LOST' && state.hostId === hostId)
  return found?.status === 'LOST' ? hostUnreachable(found.description, found.lastSeenAt, kind) : null
}
