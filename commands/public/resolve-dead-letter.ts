import { z } from 'zod'
import {
  type DeadLetterPlace,
  deadLetter,
  deadLetterStream,
  formatPlace,
  tryParsePlace,
} from '../../domain/dead-letter/index.ts'
import { isCofferTopic } from '../../domain/guest/topics.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { type AnswerOf, accepted, type DispatchDependencies, defineCommand, type Job, refused } from './definition.ts'
import { idField } from './input.ts'

const noSuchLetter = (place: DeadLetterPlace): Rejection => ({
  code: 'NOT_FOUND',
  message: `dead letter ${formatPlace(place)} does not exist or its retention has expired`,
  field: 'id',
})

const which = z.strictObject({
  id: idField(tryParsePlace, {
    noun: 'dead letter id',
    expected: '<topic>.dead-letters/<partition>/<offset>',
    description: 'The id of the dead letter.',
  }),
})
const fields = z.object({ place: z.custom<DeadLetterPlace>() })

/**
 * Records what an admin wants done with a parked message. A broker cannot delete a single message, so the log records the decision, which puts it
 * in the audit trail. One of two concurrent decisions loses by the revision of the stream. The relay publishes what is to be published again, even
 * after a crash in between.
 */
const resolveAs =
  (type: 'ReplayDeadLetter' | 'DropDeadLetter') =>
  async (
    { handler, bus }: DispatchDependencies,
    job: Job,
    { id: place }: { readonly id: DeadLetterPlace },
  ): Promise<AnswerOf<{ place: DeadLetterPlace }>> => {
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
    return accepted({ position: handled.position, replayed: handled.events.length === 0, place })
  }

export const replayDeadLetter = defineCommand({
  name: 'ReplayDeadLetter',
  role: 'admin',
  does: 'Admins only. Publishes the message again to its topic, with its key and its own headers, behind all that came since. Every group of the topic gets it, once more where it had handled it. Decided at most once for a message, published at least once.',
  asks: 'Which dead letter.',
  input: which,
  answer: {
    name: 'ReplayDeadLetter',
    says: 'The message is published again within moments, and its dead letter is done with.',
    fields,
  },
  carryOut: resolveAs('ReplayDeadLetter'),
})

export const dropDeadLetter = defineCommand({
  name: 'DropDeadLetter',
  role: 'admin',
  does: 'Admins only. Marks a message as no longer needed. It stays readable for as long as it is kept.',
  asks: 'Which dead letter.',
  input: which,
  answer: { name: 'DropDeadLetter', says: 'The dead letter is done with.', fields },
  carryOut: resolveAs('DropDeadLetter'),
})
