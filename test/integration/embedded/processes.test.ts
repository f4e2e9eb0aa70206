import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { createEmbeddedMessageBus } from '../../../commands/adapters/embedded/message-bus.ts'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import { beforeFirst } from '../../../commands/ports/event-store.ts'
import type { MessageBus } from '../../../commands/ports/message-bus.ts'
import { createStreamName } from '../../../domain/stream.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { type Started, startProcess } from './processes/start.ts'

const dir = createTempDir('processes')
const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

const start = (script: string, ...args: readonly string[]): Started => {
  const started = startProcess(script, ...args)
  undo.push(() => started.end('SIGKILL'))
  return started
}
const open = (dataDir: string): EmbeddedDatabase => {
  const database = openEmbeddedDatabase({ dataDir })
  undo.push(() => database.close())
  return database
}

describe('an appending process that is killed', { timeout: 120_000 }, () => {
  it('has lost nothing it was told was stored, and left no half append, while another follows it live', async () => {
    const dataDir = dir.next()
    const stream = createStreamName('instance', randomUUID())
    const store = createEmbeddedEventStore({ database: open(dataDir) })
    const stop = new AbortController()
    const seen: number[] = []
    const following = (async () => {
      for await (const batch of store.subscribe({ after: beforeFirst, signal: stop.signal })) {
        if (batch.kind === 'events') seen.push(...batch.events.map((event) => event.revision))
      }
    })()

    for (let round = 0; round < 3; round++) {
      const from = seen.length
      const writer = start('append.ts', dataDir, `${stream}${round}`)
      await writer.until((lines) => lines.length >= 50 && seen.length > from)
      await writer.end('SIGKILL')
      const told = Number(writer.lines.at(-1))
      const stored: number[] = []
      for await (const page of store.readStream(createStreamName('instance', `${stream.slice(9)}${round}`))) {
        stored.push(...page.map((event) => event.revision))
      }
      expect(stored.length).toBeGreaterThan(told)
      expect(stored.length % 2).toBe(0)
      expect(stored).toEqual(stored.map((_, index) => index))
    }
    stop.abort()
    await following
  })
})

type Step = { readonly event: 'begin' | 'end'; readonly partition: number; readonly value: string; readonly at: number }
const steps = (member: Started): Step[] =>
  member.lines.map((line) => JSON.parse(line)).filter((line) => line.event === 'begin' || line.event === 'end')
const handled = (...members: Started[]): string[] =>
  members.flatMap(steps).flatMap((step) => (step.event === 'end' ? [step.value] : []))

describe('processes that share a consumer group', { timeout: 120_000 }, () => {
  const setUp = async (): Promise<{
    bus: MessageBus
    dataDir: string
    publish: (count: number) => Promise<string[]>
  }> => {
    const dataDir = dir.next()
    const bus = createEmbeddedMessageBus({ database: open(dataDir) })
    undo.push(() => bus.close())
    await bus.ensureTopics([{ name: 'work', partitions: 4, retentionMs: 3_600_000 }])
    let sent = 0
    return {
      bus,
      dataDir,
      publish: async (count) => {
        const values = Array.from({ length: count }, () => String(sent++))
        await bus.publish(values.map((value) => ({ topic: 'work', key: `key-${value}`, value })))
        return values
      },
    }
  }
  const join = async (dataDir: string, leaseMs = 3_000): Promise<Started> => {
    const member = start('consume.ts', dataDir, 'workers', 'work', String(leaseMs))
    await member.until((lines) => lines.includes('{"event":"ready"}'))
    return member
  }
  /** Publishes until all members get messages. */
  const untilShared = async (
    publish: (count: number) => Promise<string[]>,
    members: readonly Started[],
  ): Promise<void> => {
    while (!members.every((member) => handled(member).length > 0)) {
      const values = await publish(10)
      await untilHandled(values, members)
    }
  }
  const untilHandled = async (values: readonly string[], members: readonly Started[]): Promise<void> => {
    const isDone = () => {
      const done = new Set(handled(...members))
      return values.every((value) => done.has(value))
    }
    await Promise.any(members.map((member) => member.until(isDone)))
  }

  it('never handle a partition at the same time, and each message once', async () => {
    const { dataDir, publish } = await setUp()
    const members = [await join(dataDir), await join(dataDir)]
    await untilShared(publish, members)
    await untilHandled(await publish(200), members)
    const all = handled(...members)
    expect(new Set(all).size).toBe(all.length)

    for (const partition of [0, 1, 2, 3]) {
      const spans = members
        .flatMap((member) => steps(member).filter((step) => step.partition === partition))
        .toSorted((a, b) => a.at - b.at || Number(a.value) - Number(b.value))
      const [one, other] = members.map((member) => new Set(handled(member)))
      // A handler takes 5 ms: one member's begin between the other's begin and end would be seen.
      let holder: Set<string> | undefined
      let open = 0
      for (const span of spans) {
        const owner = one?.has(span.value) ? one : other
        if (open > 0) expect(owner).toBe(holder)
        holder = owner
        open += span.event === 'begin' ? 1 : -1
      }
    }
  })

  it('take over at once from one that was killed, and nothing is left unhandled', async () => {
    const { dataDir, publish } = await setUp()
    const [victim, heir] = [await join(dataDir, 60_000), await join(dataDir)]
    await untilShared(publish, [victim, heir])
    const values = await publish(100)
    await victim.end('SIGKILL')
    // Its lease has a minute to go: that it is dead can be seen by its pid.
    await untilHandled([...values, ...(await publish(50))], [heir, victim])
  })

  it('take over from one that hangs when its lease has run out, and it does not disturb them when it wakes', async () => {
    const { dataDir, publish, bus } = await setUp()
    const [hanging, heir] = [await join(dataDir, 2500), await join(dataDir, 2500)]
    await untilShared(publish, [hanging, heir])
    hanging.signal('SIGSTOP')
    const before = handled(hanging).length
    const since = await publish(50)
    await untilHandled(since, [heir])
    hanging.signal('SIGCONT')
    while (handled(hanging).length === before) {
      const values = await publish(10)
      since.push(...values)
      await untilHandled(values, [hanging, heir])
    }
    // What came before may have been handled by both: its offsets were perhaps not yet committed.
    const handledSince = handled(hanging, heir).filter((value) => since.includes(value))
    expect(handledSince.toSorted()).toEqual(since.toSorted())
    await Promise.all([hanging.end('SIGTERM'), heir.end('SIGTERM')])
    expect(await bus.lag('workers')).toEqual([{ topic: 'work', group: 'workers', messages: 0 }])
  })
})
