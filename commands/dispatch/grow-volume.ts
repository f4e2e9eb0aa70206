import { host, hostStream } from '../../domain/host/index.ts'
import { instance, instanceStream, type KnownInstance, specHeld } from '../../domain/instance/index.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { volumeRefusal } from '../../domain/values/volume.ts'
import { isoAfter, isoNow } from '../../kernel/clock.ts'
import type { DispatchAnswer, PublicCommand } from '../api.ts'
import { reaches } from './authorise.ts'
import { changeInstance } from './change-instance.ts'
import { type DispatchDependencies, type Job, refused } from './context.ts'
import { createPatientHandler } from './patient-handler.ts'

type GrowVolume = Extract<PublicCommand, { readonly type: 'GrowVolume' }>

/**
 * The difference is held in the project's quota and on the host before the instance is asked, and given back where it refuses. Cut off in between, more is
 * held than is needed, until the volume grows or the instance is deleted; never less.
 */
export const growVolume = async (
  given: DispatchDependencies,
  job: Job,
  { instanceId, volumeGiB }: GrowVolume,
): Promise<DispatchAnswer> => {
  const handler = createPatientHandler(given, job.request.signal)
  const dependencies = { ...given, handler }
  const { clock, settings } = dependencies
  const tooLarge = volumeRefusal(volumeGiB, settings.maxVolumeGiB)
  if (tooLarge) return refused(tooLarge)
  const { operationId } = job.ids
  const deadline = isoAfter(clock, settings.operationTimeoutMs.grow)
  const ask = () =>
    changeInstance(
      dependencies,
      job,
      instanceId,
      { type: 'RequestVolumeGrowth', operationId, deadline, volumeGiB },
      operationId,
    )
  const { state } = await handler.load(instance, instanceStream(instanceId))
  const mayGrow = state.status !== 'ABSENT' && reaches(job.reach, state.projectId) && state.status !== 'RESIZING'
  // It refuses, or has done it.
  if (!mayGrow || volumeGiB <= state.spec.volumeGiB) return ask()
  const refusal = await holdMore(dependencies, job, state, volumeGiB)
  const answer = refusal ? refused(refusal) : await ask()
  if (!answer.accepted) await holdAsNeeded(dependencies, job, instanceId)
  return answer
}

const contextOf = (job: Job, { projectId, instanceId }: KnownInstance) => ({
  ...job.context,
  correlationId: job.ids.operationId,
  projectId,
  instanceId,
})

const holdMore = async (
  { handler, clock, settings }: DispatchDependencies,
  job: Job,
  state: KnownInstance,
  volumeGiB: number,
): Promise<Rejection | null> => {
  const { projectId, hostId, instanceId } = state
  const wish = { type: 'HoldMoreVolume', instanceId, volumeGiB } as const
  const inQuota = { ...wish, projectId, defaultLimits: settings.defaultQuota }
  const held = await handler.handle(project, projectStream(projectId), inQuota, contextOf(job, state))
  if (held.outcome === 'rejected') return held.rejection
  const onHost = { ...wish, hostId, now: isoNow(clock) }
  const claimed = await handler.handle(host, hostStream(hostId), onHost, contextOf(job, state))
  return claimed.outcome === 'rejected' ? claimed.rejection : null
}

/** What the instance needs by now: another request may have been granted meanwhile. */
const holdAsNeeded = async (
  { handler }: DispatchDependencies,
  job: Job,
  instanceId: GrowVolume['instanceId'],
): Promise<void> => {
  const { state } = await handler.load(instance, instanceStream(instanceId))
  if (state.status === 'ABSENT') return
  const { projectId, hostId } = state
  const need = { type: 'HoldVolume', instanceId, volumeGiB: specHeld(state).volumeGiB } as const
  await handler.handle(project, projectStream(projectId), { ...need, projectId }, contextOf(job, state))
  await handler.handle(host, hostStream(hostId), { ...need, hostId }, contextOf(job, state))
}
