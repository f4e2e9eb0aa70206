import { z } from 'zod'

/** Times are ISO 8601 in UTC, as JSON carries them; these compare and move them without a clock. */
export const plusMs = (time: string, ms: number): string => new Date(Date.parse(time) + ms).toISOString()

export const msBetween = (from: string, to: string): number => Date.parse(to) - Date.parse(from)

export const earlierOf = (a: string, b: string): string => (Date.parse(a) <= Date.parse(b) ? a : b)

/** Whether `time` has come by `now`. */
export const hasPassed = (time: string, now: string): boolean => Date.parse(time) <= Date.parse(now)

const givenTime = z.iso.datetime({ offset: true })

/** A time as somebody else may write it, in any time zone; null when it says none or is no time. */
export const tryParseTime = (text: string): string | null =>
  givenTime.safeParse(text).success ? new Date(text).toISOString() : null
