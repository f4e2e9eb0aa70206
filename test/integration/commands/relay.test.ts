import { afterEach, describe, expect, it, vi } from 'vitest'
import type { IncomingMessage, OutgoingMessage } from '../../../commands/ports/message-bus.ts'
import { createRelay, type Relay, type RelayOptions } from '../../../commands/sagas/relay.ts'
import { agentCommandsTopic, controlPlaneTopics, eventsTopic } from '../../../domain/guest/topics.ts'
import { appendAll, createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { flavorDefined, reactingToFlavors } from '../../support/flavor-defined.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { openWriteSide } from '../../support/write-side.ts'

const dir = createTempDir('relay')
const bounded = { timeout: 50_000, interval: 5 }
const disposals: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const open = async () => {
  const side = openWriteSide(dir.next())
  disposals.push(side.close)
  await side.bus.ensureTopics(controlPlaneTopics)
  let appended = 0
  return {
    ...side,
    appendFlavors: async (count: number) => {
      for (let index = 0; index < count; index += 1) {
        const { stream, event } = flavorDefined(side.ids.next(), `f${appended}`)
        appended += 1
        await side.eventStore.append(stream, [event], 'no-stream')
      }
    },
  }
}

type Side = Awaited<ReturnType<typeof open>>

const relayOn = (side: Side, options: Partial<RelayOptions> = {}) => {
  const relay = createRelay({
    ...side,
    holder: 'a',
    exclusive: true,
    takeOverAfterMs: 50,
    saveEveryMs: 5,
    reactions: reactingToFlavors,
    ...options,
  })
  relay.start()
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= relay.stop()
    return stopped
  }
  disposals.push(stop)
  return { ...relay, stop }
}

/** Every stream seen on the events topic so far, in the order of arrival. */
const collect = async (side: Side) => {
  const seen: string[] = []
  const consumer = side.bus.consume({
    group: side.ids.next(),
    topics: [eventsTopic],
    start: 'earliest',
    handle: async (message: IncomingMessage) => {
      seen.push((JSON.parse(message.value) as { stream: string }).stream)
    },
  })
  disposals.push(() => consumer.stop())
  await consumer.ready
  return seen
}

const streams = (count: number) => Array.from({ length: count }, (_, index) => `flavor-f${index}`)

/** How many positions of the log are not on the bus. */
const behind = async (relay: Pick<Relay, 'lag'>): Promise<number> => {
  const { head, published } = await relay.lag()
  return head - published
}

describe('the relay', () => {
  it('publishes every event that sagas react to once, those before its start included', async () => {
    const side = await open()
    await side.appendFlavors(3)
    const relay = relayOn(side)
    const seen = await collect(side)
    await side.appendFlavors(2)
    await vi.waitFor(() => expect(seen.toSorted()).toEqual(streams(5)), bounded)
    expect(await behind(relay)).toBe(0)
  })

  it('publishes no event that leads to nothing, and passes over it', async () => {
    const side = await open()
    const published: OutgoingMessage[] = []
    const bus = {
      ...side.bus,
      publish: async (messages: readonly OutgoingMessage[]) => {
        published.push(...messages)
      },
    }
    await side.appendFlavors(2)
    const log = createEventLog()
    const world = exampleWorld()
    for (const type of ['FlavorRetired', 'GuestCommandIssued', 'OperationSucceeded'] as const) log.add(type, world)
    await appendAll(side.eventStore, log.events())
    const relay = relayOn(side, { bus, reactions: undefined })
    await vi.waitFor(async () => expect(await behind(relay)).toBe(0), bounded)
    const told = published.map(({ topic, headers }) => [topic, headers?.type])
    expect(told).toEqual([
      [agentCommandsTopic(world.hostId), expect.any(String)],
      [eventsTopic, 'OperationSucceeded'],
    ])
    await vi.waitFor(async () => {
      expect((await side.checkpoints.load('relay'))?.position).toBe(await side.eventStore.head())
    }, bounded)
  })

  it('tells how far the bus is behind also where another one relays', async () => {
    const side = await open()
    await side.appendFlavors(3)
    const relaying = relayOn(side)
    await vi.waitFor(async () => expect(await behind(relaying)).toBe(0), bounded)
    const standby = relayOn(side, { holder: 'b', exclusive: false, takeOverAfterMs: 3_600_000 })
    await vi.waitFor(async () => expect(await behind(standby)).toBe(0), bounded)
    await relaying.stop()
    await side.appendFlavors(2)
    expect(await behind(standby)).toBe(2)
  })

  it('goes on from its checkpoint after a clean stop, repeating nothing', async () => {
    const side = await open()
    await side.appendFlavors(3)
    const first = relayOn(side)
    const seen = await collect(side)
    await vi.waitFor(() => expect(seen).toHaveLength(3), bounded)
    await first.stop()
    await side.appendFlavors(2)
    relayOn(side)
    await vi.waitFor(() => expect(seen.toSorted()).toEqual(streams(5)), bounded)
  })

  it('repeats only what came after the last saved checkpoint when it was killed', async () => {
    const side = await open()
    await side.appendFlavors(3)
    const seen = await collect(side)
    // Killed: it never gets to save, and is forgotten without a stop.
    const killed = relayOn(side, { saveEveryMs: 3_600_000 })
    await vi.waitFor(() => expect(seen).toHaveLength(3), bounded)
    const dead = side.checkpoints.save
    side.checkpoints.save = async () => 'stale'
    await killed.stop()
    side.checkpoints.save = dead
    relayOn(side)
    await vi.waitFor(() => expect(seen).toHaveLength(6), bounded)
    expect(new Set(seen)).toEqual(new Set(streams(3)))
  })

  it('publishes again what the bus did not take, and loses nothing', async () => {
    const side = await open()
    const seen = await collect(side)
    let refusals = 2
    const flaky = {
      ...side.bus,
      publish: async (messages: readonly OutgoingMessage[]) => {
        if (refusals > 0) {
          refusals -= 1
          throw new Error('the bus is away')
        }
        await side.bus.publish(messages)
      },
    }
    relayOn(side, { bus: flaky })
    await side.appendFlavors(3)
    await vi.waitFor(() => expect(new Set(seen)).toEqual(new Set(streams(3))), bounded)
    expect(refusals).toBe(0)
  })

  it('is not held up by a command to an agent whose topic somebody has removed', async () => {
    const side = await open()
    const seen = await collect(side)
    const log = createEventLog()
    log.add('GuestCommandIssued', exampleWorld())
    await appendAll(side.eventStore, log.events())
    await side.appendFlavors(1)
    relayOn(side)
    await vi.waitFor(() => expect(seen).toEqual(['flavor-f0']), bounded)
  })

  it('stands by while another relays, and takes over when that one has stopped moving', async () => {
    const side = await open()
    const first = relayOn(side, { holder: 'a', exclusive: false })
    const seen = await collect(side)
    await side.appendFlavors(1)
    await vi.waitFor(async () => expect((await side.checkpoints.load('relay'))?.position).toBeGreaterThan(-1), bounded)
    relayOn(side, { holder: 'b', exclusive: false })
    await first.stop()
    await side.appendFlavors(2)
    await vi.waitFor(() => expect(new Set(seen)).toEqual(new Set(streams(3))), bounded)
    await vi.waitFor(async () => expect((await side.checkpoints.load('relay'))?.holder).toBe('b'), bounded)
  })

  it('leaves the role to one that is at work, when an event comes just before the look', async () => {
    const side = await open()
    const seen = await collect(side)
    await side.appendFlavors(1)
    const first = await side.eventStore.head()
    await side.checkpoints.save('relay', { position: first, holder: 'a' }, 0)
    let looks = 0
    let loads = 0
    const eventStore = {
      ...side.eventStore,
      head: async () => {
        looks += 1
        // The second look finds the checkpoint behind an event that has just come; before the third, the other one has seen to it.
        if (looks === 2) await side.appendFlavors(1)
        const head = await side.eventStore.head()
        if (looks === 3) await side.checkpoints.save('relay', { position: head, holder: 'a' }, 1)
        return head
      },
    }
    const checkpoints = {
      ...side.checkpoints,
      load: (name: string) => {
        loads += 1
        return side.checkpoints.load(name)
      },
    }
    relayOn(side, { holder: 'b', exclusive: false, eventStore, checkpoints })
    await vi.waitFor(() => expect(looks).toBeGreaterThan(5), bounded)
    // Before the first look and with the second and third: at rest the end of the log is all there is to ask for.
    expect(loads).toBe(3)
    expect((await side.checkpoints.load('relay'))?.holder).toBe('a')
    expect(seen).toEqual([])
  })

  it('steps back when another has taken over', async () => {
    const side = await open()
    const seen = await collect(side)
    relayOn(side, { holder: 'a', exclusive: false })
    await side.appendFlavors(1)
    await vi.waitFor(() => expect(seen).toHaveLength(1), bounded)
    await vi.waitFor(async () => expect((await side.checkpoints.load('relay'))?.version).toBeGreaterThan(1), bounded)
    const held = await side.checkpoints.load('relay')
    await side.checkpoints.save('relay', { position: held?.position ?? 0, holder: 'b' }, held?.version ?? 0)
    await side.appendFlavors(1)
    // Its next save is stale. Nobody named b is there, so after the wait it takes over again, and nothing is lost.
    await vi.waitFor(async () => {
      await side.appendFlavors(1)
      expect((await side.checkpoints.load('relay'))?.holder).toBe('a')
    }, bounded)
    expect(side.lines.some(({ message }) => message === 'took over as relay')).toBe(true)
  })
})
