import { host, hostStream } from '../../domain/host/index.ts'
import { isoNow } from '../../kernel/clock.ts'
import type { DispatchAnswer, PublicCommand } from '../api.ts'
import { accepted, type DispatchDependencies, type Job, refused } from './context.ts'

type RemoveHost = Extract<PublicCommand, { readonly type: 'RemoveHost' }>

/** Declares a host gone for good. What it was asked for and what it had are seen to by the sagas. */
export const removeHost = async (
  { handler, clock }: DispatchDependencies,
  job: Job,
  { hostId, force }: RemoveHost,
): Promise<DispatchAnswer> => {
  const command = { type: 'RemoveHost', hostId, force, now: isoNow(clock) } as const
  const handled = await handler.handle(host, hostStream(hostId), command, job.context, { mayBeDone: job.repeat })
  if (handled.outcome === 'rejected') return refused(handled.rejection)
  return accepted({ position: handled.position, replayed: handled.events.length === 0 })
}
