import { type DeadLetterPlace, deadLetter, deadLetterStream, formatPlace } from '../../domain/dead-letter/index.ts'
import { isCofferTopic } from '../../domain/guest/topics.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { DispatchAnswer, PublicCommand } from '../api.ts'
import { accepted, type DispatchDependencies, type Job, refused } from './context.ts'

export type ResolveDeadLetter = Extract<PublicCommand, { readonly type: 'ReplayDeadLetter' | 'DropDeadLetter' }>

const noSuchLetter = (place: DeadLetterPlace): Rejection => ({
  code: 'NOT_FOUND',
  message: `there is no dead letter ${formatPlace(place)}, or it was kept for as long as dead letters are`,
  field: 'id',
})

/**
 * Writes down what an admin wants done with a parked message. A broker can not remove one message, so that it is done with must be known
 * elsewhere; in the log it is in the audit trail, one of two concurrent decisions loses by the revision of the stream, and what is
 * to be published again is published by the relay, which comes to it whatever is killed meanwhile.
 */
export const resolveDeadLetter = async (
  { handler, bus }: DispatchDependencies,
  job: Job,
  { type, place }: ResolveDeadLetter,
): Promise<DispatchAnswer> => {
  const letter = isCofferTopic(place.topic) ? await bus.deadLetters.get(place) : null
  if (letter === null) return refused(noSuchLetter(place))
  const { id: letterId, parkedAt } = letter
  const handled = await handler.handle(
    deadLetter,
    deadLetterStream(letterId),
    { type, letterId, place, parkedAt, resolvedBy: job.ids.commandId },
    job.context,
  )
  if (handled.outcome === 'rejected') return refused(handled.rejection)
  return accepted({ position: handled.position, replayed: handled.events.length === 0 })
}
