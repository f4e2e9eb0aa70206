import { host, hostStream } from '../../domain/host/index.ts'
import type { InstanceId } from '../../domain/ids.ts'
import { instance, instanceStream, isBusy, isInProgress, type KnownInstance } from '../../domain/instance/index.ts'
import { type ExclusiveKind, operationOf, type RequestedKind, respec } from '../../domain/instance/operations.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { resourcesOf } from '../../domain/values/resources.ts'
import { isoAfter, isoNow } from '../../kernel/clock.ts'
import type { DispatchDependencies, Job } from '../public/definition.ts'
import { reaches } from './authorise.ts'
import { type Began, beginOnHost, type WishOfKind } from './change-instance.ts'
import { createPatientHandler } from './patient-handler.ts'

type Holding = WishOfKind<RequestedKind & ExclusiveKind>

/**
 * Asks for an operation that holds something while it runs. The difference to what the instance holds already is reserved in the project's quota and on
 * the hosts of its nodes before the instance is asked. It expires where the sagas do not confirm it, and is given back where the instance refuses.
 */
export const beginHolding = async (
  given: DispatchDependencies,
  job: Job,
  instanceId: InstanceId,
  wished: Holding,
): Promise<Began> => {
  const handler = createPatientHandler(given, job.request.signal)
  const dependencies = { ...given, handler }
  const { clock, settings } = dependencies
  const { operationId } = job.ids
  const deadline = isoAfter(clock, settings.operationTimeoutMs[wished.kind])
  const command = { type: 'RequestOperation', ...wished, operationId, deadline } as const
  const ask = () => beginOnHost(dependencies, job, instanceId, command)
  const { state } = await handler.load(instance, instanceStream(instanceId))
  const { refuses } = operationOf<ExclusiveKind>(wished.kind)
  // It refuses, or has done it.
  if (state.status === 'ABSENT' || !reaches(job.reach, state.projectId) || isBusy(state)) return ask()
  if (refuses?.(state, wished.wish)) return ask()
  const refusal = await hold(dependencies, job, state, wished)
  const answer = refusal ? ({ accepted: false, rejection: refusal } as const) : await ask()
  if (!answer.accepted || answer.replayed) await releaseUnused(dependencies, job, state)
  return answer
}

const contextOf = (job: Job, { projectId, instanceId }: KnownInstance) => ({
  ...job.context,
  correlationId: job.ids.operationId,
  projectId,
  instanceId,
})

const hold = async (
  { handler, clock, settings }: DispatchDependencies,
  job: Job,
  state: KnownInstance,
  { kind, wish }: Holding,
): Promise<Rejection | null> => {
  const { projectId, instanceId } = state
  const { operationId } = job.ids
  const spec = respec(kind, state.spec, wish)
  const wanted = {
    instanceId,
    operationId,
    resources: resourcesOf(spec),
    now: isoNow(clock),
    expiresAt: isoAfter(clock, settings.reservationMs),
  }
  const quota = {
    type: 'ReserveQuota',
    projectId,
    name: null,
    ...wanted,
    defaultLimits: settings.defaultQuota,
  } as const
  const granted = await handler.handle(project, projectStream(projectId), quota, contextOf(job, state))
  if (granted.outcome === 'rejected') return granted.rejection
  const { datastore, version } = spec
  for (const { nodeId, hostId } of state.nodes) {
    const room = { type: 'ClaimCapacity', hostId, nodeId, datastore, version, hasSecrets: false, ...wanted } as const
    const claimed = await handler.handle(host, hostStream(hostId), room, contextOf(job, state))
    if (claimed.outcome === 'rejected') return claimed.rejection
  }
  return null
}

/** Of an operation that was not begun or is over. One that the same request has begun a moment ago keeps what it has. */
const releaseUnused = async ({ handler }: DispatchDependencies, job: Job, asked: KnownInstance): Promise<void> => {
  const { projectId, instanceId } = asked
  const { operationId } = job.ids
  const { state } = await handler.load(instance, instanceStream(instanceId))
  if (state.status === 'ABSENT' || isInProgress(state, operationId)) return
  const unused = { instanceId, operationId } as const
  const ofQuota = { type: 'ReleaseReservation', projectId, ...unused } as const
  await handler.handle(project, projectStream(projectId), ofQuota, contextOf(job, state))
  for (const { nodeId, hostId } of asked.nodes) {
    const ofHost = { type: 'ReleaseClaim', hostId, nodeId, ...unused } as const
    await handler.handle(host, hostStream(hostId), ofHost, contextOf(job, state))
  }
}
