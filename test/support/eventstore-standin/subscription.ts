import { randomUUID } from 'node:crypto'
import type { Faults } from './faults.ts'
import { filterOf } from './filter.ts'
import { followLive, type LiveEntry } from './live-buffer.ts'
import type { StandInLog } from './log.ts'
import { caughtUpMessage, checkpointMessage, confirmationMessage, eventMessage } from './messages.ts'
import { beforeAll, isBefore, type Place, placeOf } from './place.ts'
import { type ReadCall, type ReadOptions, send } from './read-call.ts'

/** How many chosen records the server reads at once at most. */
const readBatch = 32
const firstPlace: Place = { commit: 0n, prepare: 0n }

class ClientGone extends Error {}

/**
 * The past in pages, then `CaughtUp`, then the present record by record, until the client is slower than the log and the server, which keeps
 * only so much for it, goes back to the pages: then `CaughtUp` comes again, and nothing tells the client that it had fallen behind
 * (`Enumerator.AllSubscriptionFiltered`, `SubscriptionsService` and `AllReader`).
 */
export const serveSubscription = async (
  call: ReadCall,
  options: ReadOptions,
  { log, faults }: { readonly log: StandInLog; readonly faults: Faults },
): Promise<void> => {
  const filter = filterOf(options)
  const live = followLive(log, filter)
  const gone = (): void => live.stop()
  call.once('cancelled', gone)
  call.once('close', gone)
  let told: Place = beforeAll

  const tell = async (message: Parameters<typeof send>[1]): Promise<void> => {
    if (!(await send(call, message))) throw new ClientGone()
  }
  const tellCheckpoint = async (place: Place): Promise<void> => {
    if (!Number.isFinite(filter.checkpointInterval) || !isBefore(told, place)) return
    told = place
    await tell(checkpointMessage(place))
  }

  const catchUp = async (from: Place): Promise<Place> => {
    let checkpoint = from
    let begin = isBefore(from, firstPlace) ? firstPlace : from
    for (let counted = 0; ; ) {
      const first = log.indexAt(begin.commit)
      let index = first
      let isEnd = false
      for (let chosen = 0; chosen < readBatch && index - first < filter.window; index += 1) {
        const record = log.records[index]
        isEnd = record === undefined
        if (record === undefined) break
        if (!filter.allows(record)) continue
        chosen += 1
        if (!isBefore(checkpoint, placeOf(record))) continue
        await tell(eventMessage(record))
        checkpoint = placeOf(record)
      }
      const next: Place = { commit: log.records[index]?.position ?? log.end, prepare: 0n }
      if (isBefore(checkpoint, begin) && isBefore(begin, next)) checkpoint = begin
      counted += index - first
      if (isEnd) {
        if (isBefore(checkpoint, firstPlace) && isBefore(firstPlace, next)) checkpoint = firstPlace
        if (faults.overshoots && isBefore(checkpoint, begin)) checkpoint = begin
        await tellCheckpoint(checkpoint)
        return checkpoint
      }
      if (counted >= filter.checkpointInterval) {
        counted %= filter.checkpointInterval
        await tellCheckpoint(checkpoint)
      }
      begin = next
    }
  }

  /** Ends when the client has fallen behind. */
  const goLive = async (from: Place): Promise<Place> => {
    let checkpoint = from
    await tell(caughtUpMessage())
    for (;;) {
      const entry: LiveEntry | null = await live.next()
      if (entry === null) throw new ClientGone()
      if (entry.kind === 'event' ? !isBefore(checkpoint, entry.place) : isBefore(entry.place, checkpoint)) continue
      if (entry.isAfterGap) {
        await tellCheckpoint(checkpoint)
        return checkpoint
      }
      if (entry.kind === 'event') await tell(eventMessage(entry.record))
      else await tellCheckpoint(entry.place)
      checkpoint = entry.place
    }
  }

  try {
    await tell(confirmationMessage(randomUUID()))
    let checkpoint = startOf(log, options)
    if (faults.skipsFirst && !options.getAll()?.hasEnd()) checkpoint = firstAtOrBehind(log, checkpoint)
    if (!isBefore(checkpoint, live.from)) checkpoint = await goLive(checkpoint)
    for (;;) checkpoint = await goLive(await catchUp(checkpoint))
  } catch (error) {
    if (!(error instanceof ClientGone)) throw error
  } finally {
    live.stop()
  }
}

/** Exclusive, unlike a read. */
const startOf = (log: StandInLog, options: ReadOptions): Place => {
  const [all, stream] = [options.getAll(), options.getStream()]
  const last = log.records.at(-1)
  if (all?.hasEnd() || stream?.hasEnd()) return last === undefined ? beforeAll : placeOf(last)
  const position = all?.getPosition()
  return position === undefined
    ? beforeAll
    : { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) }
}

const firstAtOrBehind = (log: StandInLog, place: Place): Place => {
  const record = place === beforeAll ? undefined : log.records[log.indexAt(place.commit)]
  return record === undefined ? place : placeOf(record)
}
