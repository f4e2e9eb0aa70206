import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serializeEvent } from '../../../commands/adapters/event-json.ts'
import { maxMessageBytes } from '../../../commands/adapters/kafka/publisher.ts'
import { maxEventBytes } from '../../../commands/ports/event-store.ts'
import { PoisonMessage } from '../../../commands/ports/message-bus.ts'
import { createRelay } from '../../../commands/sagas/relay.ts'
import { controlPlaneTopics, eventsTopic } from '../../../domain/guest/topics.ts'
import { flavorDefined, reactingToFlavors } from '../../support/flavor-defined.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { openWriteSide } from '../../support/write-side.ts'
import { needKafka } from './need-kafka.ts'
import { createTestBus } from './test-bus.ts'

const dir = createTempDir('largest-message')

describe('the largest that there is', () => {
  it('of events that the log takes is published by the relay, and what comes behind it', async (context) => {
    const bus = createTestBus(needKafka(context), { namespace: `test-${randomUUID()}` })
    onTestFinished(bus.close)
    const side = openWriteSide(dir.next())
    onTestFinished(side.close)
    await bus.ensureTopics(controlPlaneTopics)
    const descriptions: string[] = []
    const consumer = bus.consume({
      group: 'group',
      topics: [eventsTopic],
      start: 'earliest',
      handle: async ({ value }) => void descriptions.push(JSON.parse(value).data.description),
    })
    onTestFinished(() => consumer.stop())
    const append = async (name: string, description: string) => {
      const { stream, event } = flavorDefined(side.ids.next(), name, description)
      const { data, metadata } = serializeEvent(event)
      return {
        bytes: data.length + metadata.length,
        store: () => side.eventStore.append(stream, [event], 'no-stream'),
      }
    }
    const room = maxEventBytes - (await append('large', '')).bytes
    const largest = await append('large', 'x'.repeat(room))
    expect(largest.bytes).toBe(maxEventBytes)
    await largest.store()
    await (await append('small', 'small')).store()
    const relay = createRelay({
      ...side,
      bus,
      holder: 'a',
      exclusive: true,
      takeOverAfterMs: 50,
      saveEveryMs: 5,
      reactions: reactingToFlavors,
    })
    relay.start()
    onTestFinished(relay.stop)
    await waitFor('both to be published', () => descriptions.length === 2)
    expect(descriptions.map(({ length }) => length).toSorted((a, b) => b - a)).toEqual([room, 5])
  })

  it('of messages can be parked with all that there is to say of it', async (context) => {
    const bus = createTestBus(needKafka(context))
    onTestFinished(bus.close)
    const topic = `topic-${randomUUID()}`
    await bus.ensureTopics([{ name: topic, partitions: 1, retentionMs: 3_600_000 }])
    const handled: string[] = []
    const consumer = bus.consume({
      group: `group-${topic}`,
      topics: [topic],
      start: 'earliest',
      handle: async ({ value }) => {
        if (value.length > 1) throw new PoisonMessage('\u20ac'.repeat(10_000))
        handled.push(value)
      },
    })
    onTestFinished(() => consumer.stop())
    // The envelope is not ours.
    const value = 'x'.repeat(maxMessageBytes - 500)
    await bus.publish([{ topic, key: 'k', value }])
    await bus.publish([{ topic, key: 'k', value: '1' }])
    await waitFor('what comes behind it', () => handled.length === 1)
    const { letters } = await bus.deadLetters.read(topic, { direction: 'ascending', limit: 2 })
    expect(letters.map(({ message }) => message.value === value)).toEqual([true])
  })
})
