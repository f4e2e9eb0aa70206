import { z } from 'zod'
import { parserOf } from '../fitted.ts'

/** Derived from where and when a message was parked: a place alone may be given again, in a topic that was made anew. */
export const deadLetterIdSchema = z.uuid().brand<'DeadLetterId'>()
export type DeadLetterId = z.infer<typeof deadLetterIdSchema>
export const parseDeadLetterId = parserOf(deadLetterIdSchema)
