import {
  type AppendResult,
  beforeFirst,
  type EventStore,
  EventStoreUnavailable,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  RevisionConflict,
  type StoredEvent,
} from '../../commands/ports/event-store.ts'
import { type StreamName, streamCategory } from '../../domain/stream.ts'
import type { Network } from './network.ts'
import type { Life } from './virtual-time.ts'

/** The log as its server has it, which outlives every process. */
export type SimulatedLog = {
  readonly events: readonly StoredEvent[]
  readonly open: (life: Life) => EventStore
  readonly onAppended: (listener: (event: StoredEvent) => void) => void
  /** By another program, whatever is in the stream. */
  readonly writeBeside: (stream: StreamName, event: Foreign) => void
  readonly isForeign: (event: StoredEvent) => boolean
  /** Nobody reads what the stream has before this revision any more; the whole log still gives it, as before a scavenge. */
  readonly cut: (stream: StreamName, before: number) => void
  readonly lengthOf: (stream: StreamName) => number
}

type Foreign = Pick<StoredEvent, 'id' | 'type' | 'version' | 'data' | 'metadata'>

const pageEvents = 64
const unavailable = (why: string) => new EventStoreUnavailable(`the simulated log: ${why}`)

export const createSimulatedLog = (network: Network): SimulatedLog => {
  const events: StoredEvent[] = []
  const streams = new Map<StreamName, StoredEvent[]>()
  const begins = new Map<StreamName, number>()
  const foreign = new Set<Position>()
  const listeners: ((event: StoredEvent) => void)[] = []
  let grown = Promise.withResolvers<void>()

  const append = (stream: StreamName, fresh: readonly NewEvent[], expected: ExpectedRevision): AppendResult => {
    const known = streams.get(stream) ?? []
    const next = expected === 'no-stream' ? 0 : expected + 1
    const there = known.slice(next, next + fresh.length)
    const last = there.at(-1)
    // The same append again, whose answer was lost.
    if (last && there.length === fresh.length && there.every(({ id }, at) => id === fresh[at]?.id)) {
      return { revision: last.revision, position: last.position }
    }
    if (known.length !== next) {
      throw new RevisionConflict(stream, expected, known.length === 0 ? 'no-stream' : known.length - 1)
    }
    write(stream, fresh)
    return { revision: next + fresh.length - 1, position: events.length - 1 }
  }

  const write = (stream: StreamName, fresh: readonly Foreign[]): void => {
    const known = streams.get(stream) ?? []
    for (const event of fresh) {
      const stored = structuredClone({ ...event, stream, revision: known.length, position: events.length })
      known.push(stored)
      events.push(stored)
    }
    streams.set(stream, known)
    for (const event of events.slice(-fresh.length)) for (const listener of listeners) listener(event)
    grown.resolve()
    grown = Promise.withResolvers()
  }

  const wants = (categories: readonly string[] | undefined) => (event: StoredEvent) => {
    const category = streamCategory(event.stream)
    return categories === undefined ? category !== 'key' : category !== null && categories.includes(category)
  }

  const open = (life: Life): EventStore => {
    const call = <T>(what: string, work: () => T) => network.call(life, what, unavailable, work)
    const pageAfter = (position: Position) =>
      call('read the log', () => events.slice(position + 1, position + 1 + pageEvents))
    return {
      append: (stream, fresh, expected) =>
        call(`append ${fresh.map(({ type }) => type).join(', ')} to ${stream}`, () => append(stream, fresh, expected)),
      readStream: async function* (stream, { from, direction = 'forwards', maxCount = Number.MAX_SAFE_INTEGER } = {}) {
        const page = await call(`read ${stream}`, () => {
          const known = streams.get(stream) ?? []
          const first = begins.get(stream) ?? 0
          if (direction === 'forwards') return known.slice(Math.max(first, from ?? 0)).slice(0, maxCount)
          return known
            .slice(first, (from ?? known.length - 1) + 1)
            .toReversed()
            .slice(0, maxCount)
        })
        if (page.length > 0) yield page
      },
      readAll: async function* ({ after, categories, signal }) {
        const isWanted = wants(categories)
        for (let position = after; !signal.aborted; ) {
          const page = await pageAfter(position)
          const last = page.at(-1)
          if (last === undefined) return
          const wanted = page.filter(isWanted)
          if (wanted.length > 0) yield wanted
          position = last.position
        }
      },
      subscribe: async function* ({ after, categories, signal }) {
        const isWanted = wants(categories)
        const aborted = Promise.withResolvers<void>()
        signal.addEventListener('abort', () => aborted.resolve(), { once: true })
        for (let position = after; !signal.aborted; ) {
          const growth = grown.promise
          const page = await pageAfter(position)
          const last = page.at(-1)
          if (signal.aborted) return
          if (last === undefined) {
            yield { kind: 'caught-up', position }
            await Promise.race([growth, aborted.promise])
            continue
          }
          position = last.position
          const wanted = page.filter(isWanted)
          if (wanted.length > 0) yield { kind: 'events', events: wanted, position }
        }
      },
      head: () => call('look for the end of the log', () => events.findLast(wants(undefined))?.position ?? beforeFirst),
      end: () => call('look for the end of the log', () => events.length - 1),
      deleteStream: async () => {
        throw new Error('the simulation deletes no stream')
      },
      close: async () => {},
    }
  }
  return {
    events,
    open,
    onAppended: (listener) => listeners.push(listener),
    writeBeside: (stream, event) => {
      foreign.add(events.length)
      write(stream, [event])
    },
    isForeign: ({ position }) => foreign.has(position),
    cut: (stream, before) => begins.set(stream, before),
    lengthOf: (stream) => streams.get(stream)?.length ?? 0,
  }
}
