import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DeadLetter, DeadLetterRange } from '../../commands/ports/dead-letters.ts'
import {
  type IncomingMessage,
  type MessageBus,
  MessageBusUnavailable,
  PoisonMessage,
} from '../../commands/ports/message-bus.ts'
import { formatPlace, tryParsePlace } from '../../domain/dead-letter/place.ts'
import { type DeadLetterDesk, openDeadLetterDesk, requestTrace } from '../support/dead-letter-desk.ts'
import { waitFor } from '../support/wait-for.ts'

export type DeadLettersFixture = { readonly bus: MessageBus; readonly dispose: () => Promise<void> }

/** What becomes of messages that cannot be handled, whatever the bus. The log and the views are the embedded ones. */
export const deadLettersContract = (name: string, create: () => Promise<DeadLettersFixture>): void => {
  const withTopic = async (use: (bus: MessageBus, topic: string) => Promise<void>): Promise<void> => {
    const { bus, dispose } = await create()
    try {
      const topic = `coffer.test-${randomUUID()}`
      await bus.ensureTopics([{ name: topic, partitions: 3, retentionMs: 3_600_000 }])
      await use(bus, topic)
    } finally {
      await dispose()
    }
  }
  const withDesk = (use: (world: Parked & { desk: DeadLetterDesk; bus: MessageBus; topic: string }) => Promise<void>) =>
    withTopic(async (bus, topic) => {
      const desk = await openDeadLetterDesk(bus)
      const group = `group-${randomUUID()}`
      const parked = await parkMessages(bus, topic, group, 1)
      try {
        await use({ ...parked, desk, bus, topic })
      } finally {
        await parked.stop()
        await desk.close()
      }
    })
  const test = { timeout: 90_000 }

  describe(`${name} keeps a message that cannot be handled`, test, () => {
    it('as it was, and says who could not handle it and why', () =>
      withTopic(async (bus, topic) => {
        const group = `group-${randomUUID()}`
        const { stop } = await parkMessages(bus, topic, group, 1)
        const [letter] = await readAll(bus, topic)
        expect(letter).toEqual({
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          place: { topic, partition: 0, offset: expect.stringMatching(/^\d+$/) },
          message: { topic, key: 'key-0', value: '{"n":0}', headers: { traceparent: 'tp-0' } },
          parkedAt: expect.stringMatching(/^20\d\d-.*Z$/),
          error: 'PoisonMessage: cannot be handled',
          attempts: 1,
          group,
          origin: { partition: expect.any(Number), offset: expect.stringMatching(/^\d+$/) },
        })
        expect(await bus.deadLetters.topics()).toContain(topic)
        expect(await bus.deadLetters.get(placeOf(letter))).toEqual(letter)
        await stop()
      }))

    it.each(['ascending', 'descending'] as const)('with others, to be read page after page, %s', (direction) =>
      withTopic(async (bus, topic) => {
        const { stop } = await parkMessages(bus, topic, `group-${randomUUID()}`, 25)
        const all = await readAll(bus, topic)
        expect(all.map(({ message }) => message.key).sort()).toEqual(
          range(25)
            .map((n) => `key-${n}`)
            .sort(),
        )
        const expected = direction === 'ascending' ? all : all.toReversed()
        for (const limit of [1, 7, 25, 100]) expect(await readAll(bus, topic, { direction, limit })).toEqual(expected)
        await stop()
      }),
    )

    it('so large that a page of them is a short one', () =>
      withTopic(async (bus, topic) => {
        const { stop } = await parkMessages(bus, topic, `group-${randomUUID()}`, 12, 'x'.repeat(900_000))
        const { letters, next } = await bus.deadLetters.read(topic, { direction: 'descending', limit: 12 })
        expect(letters.length).toBeLessThan(12)
        expect(next).toEqual(letters.at(-1)?.place)
        expect(await readAll(bus, topic, { direction: 'descending', limit: 12 })).toHaveLength(12)
        await stop()
      }))

    it('and nothing where nothing was parked', () =>
      withTopic(async (bus, topic) => {
        expect(await readAll(bus, topic)).toEqual([])
        expect(await bus.deadLetters.get({ topic, partition: 0, offset: '0' })).toBeNull()
        const { stop } = await parkMessages(bus, topic, `group-${randomUUID()}`, 1)
        const [letter] = await readAll(bus, topic)
        const place = placeOf(letter)
        for (const wrong of [
          { ...place, partition: 7 },
          { ...place, offset: String(Number(place.offset) + 1_000) },
          { ...place, offset: '999999999999999999' },
          { ...place, topic: `${topic}x` },
        ]) {
          expect(await bus.deadLetters.get(wrong)).toBeNull()
          const after = { after: wrong, direction: 'ascending', limit: 5 } as const
          expect((await bus.deadLetters.read(topic, after)).letters.length).toBeLessThanOrEqual(1)
        }
        await stop()
      }))

    it('and refuses as unavailable once it is closed', () =>
      withTopic(async (bus, topic) => {
        await bus.close()
        for (const attempt of [
          () => bus.deadLetters.topics(),
          () => bus.deadLetters.read(topic, { direction: 'ascending', limit: 1 }),
          () => bus.deadLetters.get({ topic, partition: 0, offset: '0' }),
        ]) {
          await expect(attempt()).rejects.toBeInstanceOf(MessageBusUnavailable)
        }
      }))
  })

  describe(`${name} publishes a parked message again`, test, () => {
    it('when an admin says so, to whoever handles it by now, and then it is done with', () =>
      withDesk(async ({ desk, topic, handled, mend }) => {
        const [listed] = await desk.open(topic)
        mend()
        const answer = await desk.replay(listed)
        expect(answer).toMatchObject({ accepted: true, replayed: false })
        await waitFor('the message to be handled', () => handled.length > 0)
        expect(handled).toMatchObject([{ topic, key: 'key-0', value: '{"n":0}' }])
        expect(handled[0]?.headers).toEqual({ traceparent: 'tp-0' })
        expect(await desk.open(topic)).toEqual([])
        expect(await desk.all(topic)).toMatchObject([
          { letter: { place: listed?.place }, resolution: { status: 'REPLAYED', resolvedBy: { subject: 'admin' } } },
        ])
        await desk.relayed()
        expect(desk.spans.filter(({ name }) => name === 'publish dead letter')).toMatchObject([
          {
            parent: requestTrace,
            outcome: 'done',
            attributes: {
              'messaging.destination.name': topic,
              'coffer.dead-letter.place': formatPlace(placeOf(listed)),
              'coffer.replayed.traceparent': 'tp-0',
            },
          },
        ])
      }))

    it('once, when two processes are asked at the same moment, and refuses the other', () =>
      withDesk(async ({ desk, bus, topic, handled, mend }) => {
        const [listed] = await desk.open(topic)
        mend()
        const answers = await Promise.all([desk.replay(listed), desk.replayElsewhere(listed), desk.replay(listed)])
        const refusals = answers.flatMap((answer) => (answer.accepted ? [] : [answer.rejection]))
        expect(refusals).toHaveLength(2)
        for (const refusal of refusals) {
          expect(refusal).toMatchObject({ code: 'INVALID_STATE', field: 'id', details: { status: 'REPLAYED' } })
        }
        await waitFor('the message to be handled', () => handled.length > 0)
        await untilEnd(desk, bus, topic, handled)
        expect(handled.map(({ value }) => value)).toEqual(['{"n":0}', '"end"'])
      }))

    it('once for one idempotency key, however often it is asked with it', () =>
      withDesk(async ({ desk, topic, handled, mend }) => {
        const [listed] = await desk.open(topic)
        mend()
        expect(await desk.replay(listed, 'again')).toMatchObject({ accepted: true, replayed: false })
        expect(await desk.replay(listed, 'again')).toMatchObject({ accepted: true, replayed: true })
        await waitFor('the message to be handled', () => handled.length > 0)
        expect(await desk.replay(listed, 'another key')).toMatchObject({ accepted: false })
      }))

    it('also when the relay comes to it only after the process that was asked has gone', () =>
      withDesk(async ({ desk, topic, handled, mend }) => {
        const [listed] = await desk.open(topic)
        mend()
        await desk.stopRelay()
        expect(await desk.replay(listed)).toMatchObject({ accepted: true })
        expect(await desk.open(topic)).toEqual([])
        expect(handled).toEqual([])
        desk.startRelay()
        await waitFor('the message to be handled', () => handled.length > 0)
        expect(handled).toHaveLength(1)
      }))

    it('and parks it anew where it still cannot be handled', () =>
      withDesk(async ({ desk, topic }) => {
        const [first] = await desk.open(topic)
        expect(await desk.replay(first)).toMatchObject({ accepted: true })
        await waitFor('the message to be parked again', async () => (await desk.open(topic)).length > 0)
        const [second] = await desk.open(topic)
        expect(second?.place).not.toEqual(first?.place)
        expect(second?.message).toEqual(first?.message)
        expect(await desk.all(topic)).toHaveLength(2)
      }))
  })

  describe(`${name} is told that nobody needs a parked message`, test, () => {
    it('and does not show it as open any more, publish it, or forget it', () =>
      withDesk(async ({ desk, bus, topic, handled, mend }) => {
        const [listed] = await desk.open(topic)
        mend()
        expect(await desk.drop(listed)).toMatchObject({ accepted: true, replayed: false })
        expect(await desk.open(topic)).toEqual([])
        expect(await desk.all(topic)).toMatchObject([{ resolution: { status: 'DROPPED' } }])
        for (const again of [desk.replay, desk.drop]) {
          const rejection = { code: 'INVALID_STATE', details: { status: 'DROPPED' } }
          expect(await again(listed)).toMatchObject({ accepted: false, rejection })
        }
        await untilEnd(desk, bus, topic, handled)
        expect(handled.map(({ value }) => value)).toEqual(['"end"'])
      }))

    it('and refuses what is not there, or is not of Coffer', () =>
      withDesk(async ({ desk, topic }) => {
        const [listed] = await desk.open(topic)
        const place = placeOf(listed)
        for (const wrong of [
          { ...place, offset: String(Number(place.offset) + 1_000) },
          { ...place, topic: `${topic}x` },
          { ...place, topic: 'others' },
        ]) {
          for (const attempt of [desk.replay, desk.drop]) {
            expect(await attempt({ place: wrong })).toMatchObject({
              accepted: false,
              rejection: { code: 'NOT_FOUND', field: 'id', message: expect.stringContaining(formatPlace(wrong)) },
            })
          }
        }
        expect(await desk.open(topic)).toHaveLength(1)
      }))

    it('by admins alone', () =>
      withDesk(async ({ desk, topic }) => {
        const [listed] = await desk.open(topic)
        expect(await desk.replayAsMember(listed)).toMatchObject({ accepted: false, rejection: { code: 'FORBIDDEN' } })
        expect(await desk.open(topic)).toHaveLength(1)
      }))
  })
}

type Parked = {
  /** What was handled since `mend`. */
  readonly handled: readonly IncomingMessage[]
  /** From now on the handler can handle everything. */
  readonly mend: () => void
  readonly stop: () => Promise<void>
}

/** Has a group park so many messages, and goes on consuming. */
const parkMessages = async (
  bus: MessageBus,
  topic: string,
  group: string,
  count: number,
  padding = '',
): Promise<Parked> => {
  const handled: IncomingMessage[] = []
  let mended = false
  const consumer = bus.consume({
    group,
    topics: [topic],
    start: 'earliest',
    handle: async (message) => {
      if (!mended) throw new PoisonMessage('cannot be handled')
      handled.push(message)
    },
  })
  await consumer.ready
  for (const n of range(count)) {
    const value = JSON.stringify(padding === '' ? { n } : { n, padding })
    await bus.publish([{ topic, key: `key-${n}`, value, headers: { traceparent: `tp-${n}` } }])
  }
  await waitFor('the messages to be parked', async () => (await readAll(bus, topic)).length === count)
  return {
    handled,
    mend: () => {
      mended = true
    },
    stop: consumer.stop,
  }
}

/** Resolves when everything is handled that was to come of what was asked: it lies before the last message of its key. */
const untilEnd = async (desk: DeadLetterDesk, bus: MessageBus, topic: string, handled: readonly IncomingMessage[]) => {
  await desk.relayed()
  await bus.publish([{ topic, key: 'key-0', value: '"end"' }])
  await waitFor('the end', () => handled.some(({ value }) => value === '"end"'))
}

const readAll = async (
  { deadLetters }: MessageBus,
  topic: string,
  { direction, limit }: Omit<DeadLetterRange, 'after'> = { direction: 'ascending', limit: 100 },
): Promise<readonly DeadLetter[]> => {
  const all: DeadLetter[] = []
  let after: DeadLetterRange['after']
  for (;;) {
    const { letters, next } = await deadLetters.read(topic, { direction, limit, ...(after && { after }) })
    expect(letters.length).toBeLessThanOrEqual(limit)
    all.push(...letters)
    if (next === null) return all
    expect(tryParsePlace(formatPlace(next))).toEqual(next)
    after = next
  }
}

const placeOf = (letter: Pick<DeadLetter, 'place'> | undefined): DeadLetter['place'] => {
  if (letter === undefined) throw new Error('nothing was parked')
  return letter.place
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
