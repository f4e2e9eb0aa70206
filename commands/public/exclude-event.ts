import { z } from 'zod'
import { tryCategory } from '../../domain/aggregates.ts'
import { exclusion, exclusionCategory, exclusionStream } from '../../domain/exclusion/index.ts'
import { checkEvents } from '../../domain/read-event.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { type StreamName, streamNameSchema } from '../../domain/stream.ts'
import { quote } from '../../domain/values/text.ts'
import { accepted, defineCommand, refused } from './definition.ts'
import { textField, wholeNumberField } from './input.ts'

const notOurs = (stream: string): Rejection => ({
  code: 'INVALID_INPUT',
  message: `${quote(stream)} is not a stream of Coffer: expected a category and an id, such as flavor-small`,
  field: 'stream',
})

const notThere = (stream: string, revision: number): Rejection => ({
  code: 'NOT_FOUND',
  message: `${stream} has no event at revision ${revision}`,
  field: 'revision',
})

const readable = (stream: string, revision: number, type: string): Rejection => ({
  code: 'INVALID_STATE',
  message: `revision ${revision} of ${stream}, ${type}, can be read: only an event that cannot be read may be left out`,
  field: 'revision',
})

export const excludeEventAnswer = {
  name: 'ExcludeEvent',
  says: 'The event is left out: its stream takes commands again, unless it has another one like it.',
  fields: z.object({ stream: z.custom<StreamName>() }),
}

/** Declares an event that cannot be read left out: its stream is read without it from now on. */
export const excludeEvent = defineCommand({
  name: 'ExcludeEvent',
  role: 'admin',
  does: 'Admins only. Declares an event that cannot be read left out. What it would have said is lost to its stream: first run the version that wrote it, if there is one.',
  asks: 'Which event, and why.',
  input: z.strictObject({
    stream: textField('The stream of the event.'),
    revision: wholeNumberField('Its revision there.'),
    note: textField('Why, for the audit log.').optional(),
  }),
  answer: excludeEventAnswer,
  carryOut: async ({ handler, eventStore }, job, { stream: asked, revision, note = '' }) => {
    const category = tryCategory(asked)
    if (category === null || category === exclusionCategory) return refused(notOurs(asked))
    const stream = streamNameSchema.parse(asked)
    for await (const events of eventStore.readStream(stream, { from: revision, maxCount: 1 })) {
      const [checked] = checkEvents(events)
      if (checked?.stored.revision !== revision) break
      if (checked.readable) return refused(readable(stream, revision, checked.stored.type))
      const { type: eventType } = checked.stored
      const command = {
        type: 'ExcludeEvent',
        stream,
        revision,
        eventType,
        note,
        excludedBy: job.ids.commandId,
      } as const
      const handled = await handler.handle(exclusion, exclusionStream(stream), command, job.context)
      if (handled.outcome === 'rejected') return refused(handled.rejection)
      return accepted({ position: handled.position, replayed: handled.events.length === 0, stream })
    }
    return refused(notThere(stream, revision))
  },
})
