import type { Filter } from './filter.ts'
import type { LogRecord, StandInLog } from './log.ts'
import { beforeAll, type Place, placeOf } from './place.ts'

/** `isAfterGap`: something was thrown away between the entry before it, in this or a former time of being live, and this one. */
export type LiveEntry = { readonly place: Place; readonly isAfterGap: boolean } & (
  | { readonly kind: 'event'; readonly record: LogRecord }
  | { readonly kind: 'checkpoint' }
)

export type LiveBuffer = {
  /** Where the log ended when this began: what came later is in here. */
  readonly from: Place
  /** Null once it is stopped. */
  readonly next: () => Promise<LiveEntry | null>
  readonly stop: () => void
}

/** So much the server keeps for a subscriber, events and checkpoints together; then the oldest goes (`DefaultLiveChannelOptions`). */
const capacity = 32

export const followLive = (log: StandInLog, { allows, checkpointInterval }: Filter): LiveBuffer => {
  const last = log.records.at(-1)
  const waiting: { number: number; place: Place; record: LogRecord | null }[] = []
  let seen = log.records.length
  let uncounted = 0
  let written = 0
  let read = 0
  let isStopped = false
  let wake = (): void => {}

  const put = (place: Place, record: LogRecord | null): void => {
    written += 1
    waiting.push({ number: written, place, record })
    if (waiting.length > capacity) waiting.shift()
  }

  const stopListening = log.onAppend(() => {
    for (const record of log.records.slice(seen)) {
      const place = placeOf(record)
      if (allows(record)) put(place, record)
      uncounted += 1
      if (uncounted < checkpointInterval) continue
      uncounted = 0
      put(place, null)
    }
    seen = log.records.length
    wake()
  })

  return {
    from: last === undefined ? beforeAll : placeOf(last),
    next: async () => {
      while (waiting.length === 0 && !isStopped) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        await promise
      }
      const entry = isStopped ? undefined : waiting.shift()
      if (entry === undefined) return null
      const { number, place, record } = entry
      const isAfterGap = number !== read + 1
      read = number
      return record === null ? { kind: 'checkpoint', place, isAfterGap } : { kind: 'event', place, isAfterGap, record }
    },
    stop: () => {
      isStopped = true
      stopListening()
      wake()
    },
  }
}
