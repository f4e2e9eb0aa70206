import { z } from 'zod'
import { host, hostStream } from '../../domain/host/index.ts'
import { instance, instanceStream, isInProgress, type KnownInstance, primaryOf } from '../../domain/instance/index.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { volumeRefusal } from '../../domain/values/volume.ts'
import { isoAfter, isoNow } from '../../kernel/clock.ts'
import { reaches } from '../dispatch/authorise.ts'
import { beginWith } from '../dispatch/change-instance.ts'
import { createPatientHandler } from '../dispatch/patient-handler.ts'
import { instanceOperationAnswer } from './answers.ts'
import { type DispatchDependencies, defineCommand, type Job, refused } from './definition.ts'
import { instanceIdField, wholeNumberField } from './input.ts'

/**
 * The difference is held in the project's quota and on the host before the instance is asked, with an expiry until the sagas confirm it, and given back where
 * the instance refuses.
 */
export const growVolume = defineCommand({
  name: 'GrowVolume',
  role: 'member',
  does: 'Gives an instance a larger volume, also one that is full, stopped or failed. It cannot be cancelled or undone. Answers at once; the operation continues in the background.',
  asks: 'Which volume is to grow, and to what.',
  input: z.strictObject({
    id: instanceIdField(),
    volumeGiB: wholeNumberField('What its volume is to have in all, in GiB: more than now.'),
  }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: async (given, job, { id: instanceId, volumeGiB }) => {
    const handler = createPatientHandler(given, job.request.signal)
    const dependencies = { ...given, handler }
    const { clock, settings } = dependencies
    const tooLarge = volumeRefusal(volumeGiB, settings.maxVolumeGiB)
    if (tooLarge) return refused(tooLarge)
    const { operationId } = job.ids
    const deadline = isoAfter(clock, settings.operationTimeoutMs.grow)
    const command = { type: 'RequestOperation', kind: 'grow', wish: { volumeGiB }, operationId, deadline } as const
    const ask = () => beginWith(dependencies, job, instanceId, command)
    const { state } = await handler.load(instance, instanceStream(instanceId))
    const mayGrow = state.status !== 'ABSENT' && reaches(job.reach, state.projectId) && state.status !== 'RESIZING'
    // It refuses, or has done it.
    if (!mayGrow || volumeGiB <= state.spec.volumeGiB) return ask()
    const refusal = await holdMore(dependencies, job, state, volumeGiB)
    const answer = refusal ? refused(refusal) : await ask()
    if (!answer.accepted || answer.replayed) await releaseUnused(dependencies, job, state)
    return answer
  },
})

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
  const { projectId, instanceId } = state
  const { hostId } = primaryOf(state)
  const { operationId } = job.ids
  const held = { now: isoNow(clock), expiresAt: isoAfter(clock, settings.reservationMs) }
  const wish = { type: 'HoldMoreVolume', instanceId, operationId, volumeGiB, ...held } as const
  const inQuota = { ...wish, projectId, defaultLimits: settings.defaultQuota }
  const granted = await handler.handle(project, projectStream(projectId), inQuota, contextOf(job, state))
  if (granted.outcome === 'rejected') return granted.rejection
  const claimed = await handler.handle(host, hostStream(hostId), { ...wish, hostId }, contextOf(job, state))
  return claimed.outcome === 'rejected' ? claimed.rejection : null
}

/** Of an operation that was not begun or is over. One that the same request has begun a moment ago keeps what it has. */
const releaseUnused = async ({ handler }: DispatchDependencies, job: Job, asked: KnownInstance): Promise<void> => {
  const { projectId, instanceId } = asked
  const { hostId } = primaryOf(asked)
  const { operationId } = job.ids
  const { state } = await handler.load(instance, instanceStream(instanceId))
  if (state.status === 'ABSENT' || isInProgress(state, operationId)) return
  const unused = { type: 'ReleaseMoreVolume', instanceId, operationId } as const
  await handler.handle(project, projectStream(projectId), { ...unused, projectId }, contextOf(job, state))
  await handler.handle(host, hostStream(hostId), { ...unused, hostId }, contextOf(job, state))
}
