import { describe, expect, it, vi } from 'vitest'
import { encodeEvent } from '../../../commands/event-codec.ts'
import type { EventStore, StoredEvent } from '../../../commands/ports/event-store.ts'
import { createTimers, type Due } from '../../../commands/sagas/timers.ts'
import { parseCommandId, parseOperationId } from '../../../domain/ids.ts'
import type { EventMetadata } from '../../../domain/metadata.ts'
import { operation, operationStream, stepNames } from '../../../domain/operation/index.ts'
import { schedule, scheduleStream } from '../../../domain/schedule/index.ts'
import { type StreamName, streamNameSchema } from '../../../domain/stream.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import type { WrittenEvent } from '../../support/event-log.ts'
import { createVirtualKernel } from '../../support/virtual-kernel.ts'
import { createRecordingLog } from '../../support/write-side.ts'
import { hostId, instanceId, nodeId, projectId, scheduleId, spec } from '../domain/samples.ts'

const bounded = { timeout: 20_000, interval: 2 }
const kernel = systemKernel(createRecordingLog().log)
const { clock, ids } = kernel
const subject = {
  instanceId: instanceId(),
  projectId,
  nodeId: nodeId(),
  nodeGeneration: 1,
  hostId: hostId(),
  sealingKey: null,
  spec,
  generation: 0,
  epoch: 1,
  databases: [],
  users: [],
}

/** The events of an operation that began `agoMs` ago and had `timeoutMs` for the whole. */
const begun = (agoMs: number, timeoutMs: number): readonly WrittenEvent[] => {
  const operationId = parseOperationId(ids.next())
  const now = new Date(clock.now() - agoMs)
  const decision = operation.decide(
    {
      type: 'StartOperation',
      operationId,
      kind: 'stop',
      subject,
      deadline: new Date(now.getTime() + timeoutMs).toISOString(),
      now: now.toISOString(),
      commandIds: Object.fromEntries(stepNames('stop').map((step) => [step, parseCommandId(ids.next())])),
    },
    operation.initial,
  )
  if (decision.outcome === 'rejected') throw new Error(decision.rejection.message)
  const metadata = {
    at: now.toISOString(),
    actor: { kind: 'system', name: 'test' } as const,
    commandId: parseCommandId(ids.next()),
    correlationId: operationId,
    projectId: null,
    instanceId: null,
    causationId: ids.next(),
  }
  return decision.events.map((event, revision) => ({
    ...encodeEvent(event, metadata, ids.next()),
    stream: operationStream(operationId),
    revision,
    position: revision,
  }))
}

const logOf = (events: readonly StoredEvent[]): EventStore => {
  const subscribe: EventStore['subscribe'] = async function* ({ signal }) {
    if (events.length > 0) yield { kind: 'events', events, position: events.length }
    yield { kind: 'caught-up', position: events.length }
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }
  const readStream: EventStore['readStream'] = async function* () {}
  // Timers follow a log, and look up what was left out of a stream: here, nothing.
  return { subscribe, readStream } as EventStore
}

/** A log that others go on writing while it is followed. */
const openLog = (first: readonly StoredEvent[]) => {
  const events = [...first]
  let grown = Promise.withResolvers<void>()
  const subscribe: EventStore['subscribe'] = async function* ({ after, signal }) {
    signal.addEventListener('abort', () => grown.resolve(), { once: true })
    for (let seen = Math.max(after, 0); !signal.aborted; ) {
      const [page, more] = [events.slice(seen), grown.promise]
      seen += page.length
      if (page.length > 0) yield { kind: 'events', events: page, position: seen }
      yield { kind: 'caught-up', position: seen }
      await more
    }
  }
  return {
    // Timers do nothing with a log but follow it.
    eventStore: { subscribe } as EventStore,
    append: (...more: readonly StoredEvent[]) => {
      events.push(...more)
      grown.resolve()
      grown = Promise.withResolvers()
    },
  }
}

/** What the operation decides when its deadline has passed. */
const expired = (events: readonly WrittenEvent[]): readonly WrittenEvent[] => {
  const state = events.reduce((so, { type, data }) => operation.evolve(so, { type, data } as never), operation.initial)
  const decision = operation.decide({ type: 'CheckDeadlines', now: new Date(clock.now()).toISOString() }, state)
  const [last] = events.slice(-1)
  if (decision.outcome === 'rejected' || last === undefined) throw new Error('nothing expired')
  return decision.events.map((event, index) => ({
    ...last,
    ...encodeEvent(event, last.metadata, ids.next()),
    revision: last.revision + 1 + index,
  }))
}

const streamOf = (events: readonly StoredEvent[]) => events[0]?.stream

describe('timers', () => {
  it('tell every operation whose deadline has passed, and no other', async () => {
    const late = begun(3_600_000, 60_000)
    const told: StreamName[] = []
    const timers = createTimers({
      eventStore: logOf([...late, ...begun(0, 3_600_000)]),
      ...kernel,
      onDue: async ({ stream }) => {
        told.push(stream)
      },
    })
    timers.start()
    await vi.waitFor(() => expect(told).toHaveLength(1), bounded)
    expect(told).toEqual([streamOf(late)])
    expect(timers.pending()).toBe(2)
    await timers.stop()
  })

  it('tell again an operation that could not be told', async () => {
    let tries = 0
    const recording = createRecordingLog()
    const timers = createTimers({
      eventStore: logOf(begun(3_600_000, 60_000)),
      ...kernel,
      log: recording.log,
      onDue: async () => {
        tries += 1
        if (tries === 1) throw new Error('the store is away')
      },
    })
    timers.start()
    await vi.waitFor(() => expect(tries).toBeGreaterThan(1), bounded)
    expect(recording.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
    await timers.stop()
  })

  it('tell one after the other, and stop only when the last is told', async () => {
    const gate = Promise.withResolvers<void>()
    let inHand = 0
    let most = 0
    const timers = createTimers({
      eventStore: logOf([...begun(3_600_000, 60_000), ...begun(3_600_000, 60_000)]),
      ...kernel,
      onDue: async () => {
        inHand += 1
        most = Math.max(most, inHand)
        await gate.promise
        inHand -= 1
      },
    })
    timers.start()
    await vi.waitFor(() => expect(inHand).toBe(1), bounded)
    let stopped = false
    const stopping = timers.stop().then(() => {
      stopped = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(stopped).toBe(false)
    gate.resolve()
    await stopping
    expect([inHand, most]).toEqual([0, 1])
  })

  it('leave out what another process has come to first, and begin elsewhere than at the oldest', async () => {
    const late = Array.from({ length: 4 }, () => begun(3_600_000, 60_000))
    const { eventStore, append } = openLog(late.flat())
    const told: StreamName[] = []
    const timers = createTimers({
      eventStore,
      ...kernel,
      random: { ...kernel.random, next: () => 0.5 },
      onDue: async ({ stream }) => {
        told.push(stream)
        if (told.length > 1) return
        append(...late.slice(1).flatMap(expired))
        await vi.waitFor(() => expect(timers.pending()).toBe(1), bounded)
      },
    })
    timers.start()
    await vi.waitFor(() => expect(told).toHaveLength(2), bounded)
    await timers.stop()
    expect(told).toEqual([streamOf(late[2] ?? []), streamOf(late[0] ?? [])])
  })

  it('tell an operation at once whose stream has an event that cannot be read, and keep all other deadlines', async () => {
    const recording = createRecordingLog()
    const [odd, late] = [begun(0, 3_600_000), begun(3_600_000, 60_000)]
    const unknown = odd.slice(-1).map((event) => ({ ...event, revision: event.revision + 1, type: 'OperationPaused' }))
    const told = new Map<StreamName, string | null>()
    const timers = createTimers({
      eventStore: logOf([...odd, ...unknown, ...late]),
      ...kernel,
      log: recording.log,
      onDue: async ({ stream, fault }) => {
        told.set(stream, fault && `${fault.eventType} at ${fault.revision}: ${fault.reason}`)
      },
    })
    timers.start()
    await vi.waitFor(() => expect(told.size).toBe(2), bounded)
    await timers.stop()
    expect(Object.fromEntries(told)).toEqual({
      [streamOf(late) ?? '']: null,
      [streamOf(odd) ?? '']: `OperationPaused at ${odd.length}: UNKNOWN_TYPE`,
    })
    expect(recording.lines.map(({ level }) => level)).toEqual(['error'])
  })

  it('tell an operation whose beginning cannot be read a moment after its deadline, until somebody has ended it', async () => {
    const virtual = createVirtualKernel()
    const ofLaterVersion = (events: readonly WrittenEvent[]): readonly WrittenEvent[] =>
      events.map((event) =>
        event.revision === 0 ? { ...event, data: { ...(event.data as object), kind: 'recycle' } } : event,
      )
    const offsetMs = clock.now() - virtual.clock.now()
    const [caught, succeeded] = [begun(offsetMs, 60_000), begun(offsetMs, 60_000)].map(ofLaterVersion)
    const ends = (events: readonly WrittenEvent[] = [], type: string, data = {}): WrittenEvent => {
      const [first] = events
      if (first === undefined) throw new Error('there is no event')
      const operationId = first.stream.slice('operation-'.length)
      return { ...first, type, data: { operationId, ...data }, revision: events.length }
    }
    const { eventStore, append } = openLog([
      ...(caught ?? []),
      ...(succeeded ?? []),
      ends(succeeded, 'OperationSucceeded'),
    ])
    const told: Due[] = []
    const timers = createTimers({
      // Nothing is left out of a stream yet.
      eventStore: { ...eventStore, readStream: async function* () {} },
      ...virtual,
      onDue: async (due) => {
        told.push(due)
      },
    })
    timers.start()
    await vi.waitFor(() => expect(timers.pending('operation')).toBe(1), bounded)
    await virtual.advance(60_000)
    expect(told).toEqual([])
    await virtual.advance(5_500)
    expect(told).toMatchObject([
      {
        stream: streamOf(caught ?? []),
        fault: { revision: 0, eventType: 'OperationStarted', reason: 'MALFORMED_DATA' },
        beginning: { concerned: { correlationId: caught?.[0]?.stream.slice('operation-'.length) } },
      },
    ])
    const fault = { code: 'UNREADABLE_HISTORY', message: 'it cannot be read', retryable: true }
    append(ends(caught, 'OperationFailed', { fault }))
    await vi.waitFor(() => expect(timers.pending('operation')).toBe(0), bounded)
    await timers.stop()
  })

  it('tell a schedule when it is due, and within a minute where the clock was set forward meanwhile', async () => {
    const virtual = createVirtualKernel()
    let setForwardMs = 0
    const now = () => virtual.clock.now() + setForwardMs
    const made = schedule.decide(
      {
        type: 'CreateSchedule',
        scheduleId: scheduleId(),
        projectId,
        instanceId: instanceId(),
        action: 'restart',
        cron: '0 3 * * *',
        timeZone: 'UTC',
        lateMinutes: 60,
        now: new Date(now()).toISOString(),
      },
      schedule.initial,
    )
    if (made.outcome === 'rejected') throw new Error(made.rejection.message)
    const metadata = { ...begun(0, 1)[0]?.metadata, correlationId: null }
    const log = made.events.map((event, revision) => ({
      ...encodeEvent(event, metadata as EventMetadata, ids.next()),
      stream: scheduleStream(scheduleId()),
      revision,
      position: revision,
    }))
    const told: string[] = []
    const timers = createTimers({
      eventStore: logOf(log),
      ...virtual,
      clock: { ...virtual.clock, now },
      onDue: async ({ stream }) => {
        told.push(stream)
      },
    })
    timers.start()
    await vi.waitFor(() => expect(timers.pending('schedule')).toBe(1), bounded)
    expect(timers.pending('operation')).toBe(0)
    await virtual.advance(60_000)
    expect(told).toEqual([])
    setForwardMs = 4 * 3_600_000
    await virtual.advance(60_000)
    expect(told).toEqual([scheduleStream(scheduleId())])
    await timers.stop()
  })

  it('take no notice of a stream of another program that is named alike', async () => {
    const recording = createRecordingLog()
    const late = begun(3_600_000, 60_000)
    const foreign = late
      .slice(0, 1)
      .map((event) => ({ ...event, stream: streamNameSchema.parse('operation-42'), type: 'OrderShipped' }))
    const told: StreamName[] = []
    const timers = createTimers({
      eventStore: logOf([...foreign, ...late]),
      ...kernel,
      log: recording.log,
      onDue: async ({ stream }) => {
        told.push(stream)
      },
    })
    timers.start()
    await vi.waitFor(() => expect(told).toHaveLength(1), bounded)
    await timers.stop()
    expect(told).toEqual([streamOf(late)])
    expect(recording.lines).toEqual([])
  })
})
