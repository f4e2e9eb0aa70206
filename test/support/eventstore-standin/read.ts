import { setTimeout as delay } from 'node:timers/promises'
import type { handleServerStreamingCall } from '@grpc/grpc-js'
import { rpcErrors } from './errors.ts'
import type { Faults, Gate } from './faults.ts'
import { filterOf } from './filter.ts'
import type { LogRecord, StandInLog } from './log.ts'
import { eventMessage, streamNameOf, streamNotFoundMessage } from './messages.ts'
import { streams } from './protocol.ts'
import { type ReadCall, type ReadOptions, type Request, type Response, send } from './read-call.ts'
import { serveSubscription } from './subscription.ts'

export type ReadDeps = {
  readonly log: StandInLog
  readonly gate: Gate
  readonly faults: Faults
  /** The subscriptions there are, for tests to drop. */
  readonly subscriptions: Set<ReadCall>
}

/** Every kind of reading is one method of the protocol. */
export const createRead =
  ({ log, gate, faults, subscriptions }: ReadDeps): handleServerStreamingCall<Request, Response> =>
  async (call) => {
    call.on('error', () => undefined)
    try {
      const options = call.request.getOptions()
      if (options === undefined) throw rpcErrors.invalidArgument('no options')
      await gate.admit(call.metadata, options.hasAll() ? 'admin' : 'user')
      if (options.hasSubscription()) {
        subscriptions.add(call)
        call.on('cancelled', () => subscriptions.delete(call))
        await serveSubscription(call, options, { log, faults })
      } else {
        if (options.hasFilter()) await delay(faults.searchMs)
        await serveRead(call, log, options)
        call.end()
      }
    } catch (error) {
      call.emit('error', error)
    } finally {
      subscriptions.delete(call)
    }
  }

const serveRead = async (call: ReadCall, log: StandInLog, options: ReadOptions): Promise<void> => {
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS
  const count = Math.min(Number(options.getCount()), Number.MAX_SAFE_INTEGER)
  let records: readonly LogRecord[]
  if (options.hasAll()) {
    records = recordsOfAll(log, options, { backwards, count })
  } else {
    const stream = streamNameOf(options.getStream()?.getStreamIdentifier())
    const view = log.read(stream)
    if (view === 'deleted') throw rpcErrors.streamDeleted(stream)
    if (view === 'not-found') return void (await send(call, streamNotFoundMessage(stream)))
    records = recordsOfStream(view, options, backwards)
  }
  for (const record of (backwards ? records.toReversed() : records).slice(0, count)) {
    if (!(await send(call, eventMessage(record)))) return
  }
}

/** From a position: with it forwards, without it backwards. In the order of the log. Of a long log no more is looked at than is asked for. */
const recordsOfAll = (
  log: StandInLog,
  options: ReadOptions,
  { backwards, count }: { readonly backwards: boolean; readonly count: number },
): readonly LogRecord[] => {
  const all = options.getAll()
  const index = all?.hasPosition()
    ? log.indexAt(BigInt(all.getPosition()?.getCommitPosition() ?? 0))
    : all?.hasStart()
      ? 0
      : log.records.length
  if (options.hasFilter()) {
    const records = backwards ? log.records.slice(0, index) : log.records.slice(index)
    return records.filter(filterOf(options).allows)
  }
  return backwards ? log.records.slice(Math.max(0, index - count), index) : log.records.slice(index, index + count)
}

/** From a revision, with it both ways. */
const recordsOfStream = (
  view: readonly LogRecord[],
  options: ReadOptions,
  backwards: boolean,
): readonly LogRecord[] => {
  const stream = options.getStream()
  if (stream?.hasStart()) return backwards ? view.slice(0, 1) : view
  if (stream?.hasEnd()) return backwards ? view : []
  const from = BigInt(stream?.getRevision() ?? 0)
  return view.filter(({ revision }) => (backwards ? revision <= from : revision >= from))
}
