import { quote } from '../../domain/values/text.ts'
import { tryParseTime } from '../../domain/values/time.ts'
import type { InputFields } from '../builder.ts'
import { invalidInput } from '../errors.ts'
import { isGiven } from '../input.ts'

export type MadeInput = { readonly since?: string | null | undefined; readonly until?: string | null | undefined }

/** The fields of a filter by when something was asked for. */
export const madeFields = (t: InputFields) => ({
  since: t.field({ type: 'DateTime', description: 'Asked for at this moment or later.' }),
  until: t.field({ type: 'DateTime', description: 'Asked for before this moment.' }),
})

/** The same in the terms of the views. Throws `INVALID_INPUT` for what is no moment. */
export const madeWithin = ({ since, until }: MadeInput) => ({
  ...(isGiven(since) && { since: parseMoment('filter.since', since) }),
  ...(isGiven(until) && { until: parseMoment('filter.until', until) }),
})

/** As times are stored, so that they compare by their characters. */
const parseMoment = (field: string, text: string): string => {
  const moment = tryParseTime(text)
  if (moment !== null) return moment
  throw invalidInput(field, `${quote(text)} is not a moment: one is written as 2026-03-01T12:00:00Z`)
}
