import { quote } from '../domain/values/text.ts'
import { tryParseTime } from '../domain/values/time.ts'
import type { ArgumentFields } from './builder.ts'
import { type ApiContext, createApiContext } from './context.ts'
import { invalidInput } from './errors.ts'
import { isGiven } from './input.ts'

/** The argument of every query of one thing. */
export const asOfArgument = (t: ArgumentFields) => ({
  asOf: t({
    type: 'DateTime',
    description:
      'As it was at this moment, read from the log. What it refers to is shown as it is now. Default: as it is now.',
  }),
})

/** What reads as at that moment; the same context where none is given. Throws `INVALID_INPUT` for what is no moment. */
export const contextAsOf = (context: ApiContext, asOf: string | null | undefined): ApiContext => {
  if (!isGiven(asOf)) return context
  const moment = tryParseTime(asOf)
  if (moment === null)
    throw invalidInput('asOf', `${quote(asOf)} is not a moment: one is written as 2026-03-01T12:00:00Z`)
  return createApiContext({ ...context.backend, views: context.backend.viewsAt(moment) }, context)
}
