import { Cron, CronPattern } from 'croner'
import type { Rejection } from '../rejection.ts'
import { invalidInput } from '../values/invalid-input.ts'
import { cut, quote } from '../values/text.ts'

/** A cron expression of five fields, read in a time zone of the IANA database. */
export type Timing = { readonly cron: string; readonly timeZone: string }

/** Between two runs. */
export const leastMinutes = 5

/**
 * `no-wildcard`: what is to happen at certain hours of the day happens once on the days that clocks change, and right after the gap if the hour falls
 * into it. What happens every so often skips the gap and runs in both of two equal hours.
 */
const options = ({ timeZone }: Pick<Timing, 'timeZone'>) =>
  ({ mode: '5-part', fixedTimeRule: 'no-wildcard', timezone: timeZone, paused: true }) as const

/** The first moment after `now` that the expression names, ISO 8601; null where it names none. Both have been checked. */
export const dueAfter = ({ cron, timeZone }: Timing, now: string): string | null =>
  new Cron(cron, options({ timeZone })).nextRun(new Date(now))?.toISOString() ?? null

/** The last moment before `now`, or at it, that the expression names. Both have been checked. */
export const lastDue = ({ cron, timeZone }: Timing, now: string): string | null => {
  // The library asks for what lies before a second; times have thousandths.
  const end = new Date(Math.floor(Date.parse(now) / 1000) * 1000 + 1000)
  return new Cron(cron, options({ timeZone })).previousRuns(1, end)[0]?.toISOString() ?? null
}

const fields = 'minute, hour, day of the month, month, day of the week, such as "0 3 * * SUN" for Sundays at 3:00'

/** Why it cannot be the timing of a schedule; null where it can. */
export const timingRefusals = (timing: Timing, now: string): readonly Rejection[] => {
  const refusals = [cronRefusal(timing.cron), timeZoneRefusal(timing.timeZone)].filter((each) => each !== null)
  if (refusals.length > 0 || dueAfter(timing, now) !== null) return refusals
  return [invalidInput(`${quote(timing.cron)} names no moment: there is no such day`, 'cron')]
}

export const cronRefusal = (cron: string): Rejection | null => {
  const refuse = (why: string): Rejection =>
    invalidInput(`${quote(cron)} is not a cron expression of five fields (${fields}): ${why}`, 'cron')
  // A question mark stands for the moment at which the expression is read, and names for expressions would be read as others are not.
  if (!/^[A-Za-z0-9*,/#+ -]{1,200}$/.test(cron)) return refuse('it has characters that none has, or too many')
  const pattern = tryParse(cron)
  if (typeof pattern === 'string') return refuse(pattern)
  const gap = leastGap(pattern)
  return gap >= leastMinutes
    ? null
    : invalidInput(`${quote(cron)} has ${gap} min between two runs: at least ${leastMinutes} min are accepted`, 'cron')
}

/** Why the library refuses it, in a few words. */
const tryParse = (cron: string): CronPattern | string => {
  try {
    return new CronPattern(cron, 'UTC', options({ timeZone: 'UTC' }))
  } catch (error) {
    return cut(String(error instanceof Error ? error.message : error).replace(/^CronPattern: /, ''), 120)
  }
}

/** Minutes between two runs: the least that there is on any day. */
const leastGap = ({ minute, hour }: CronPattern): number => {
  const minutes = minute.flatMap((isSet, at) => (isSet ? [at] : []))
  const within = minutes.slice(1).map((at, index) => at - (minutes[index] ?? at))
  const isFollowed = hour.some((isSet, at) => isSet && hour[(at + 1) % hour.length])
  const [first = 0, last = 0] = [minutes[0], minutes.at(-1)]
  return Math.min(60, ...within, ...(isFollowed ? [first + 60 - last] : []))
}

export const timeZoneRefusal = (timeZone: string): Rejection | null =>
  isTimeZone(timeZone)
    ? null
    : invalidInput(
        `${quote(timeZone)} is not a time zone of the IANA database: "Europe/Berlin" and "UTC" are`,
        'timeZone',
      )

/** A mere distance from UTC knows no summer time. */
const isTimeZone = (timeZone: string): boolean => {
  if (!/^[A-Za-z]/.test(timeZone)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return true
  } catch {
    return false
  }
}
