import { expect, it } from 'vitest'
import type { StreamCondition } from '../../../commands/ports/stream-inspector.ts'
import { type StreamName, streamNameSchema } from '../../../domain/stream.ts'
import { createStreamWatch, warningOf } from '../../../ops/stream-watch.ts'
import { createVirtualKernel } from '../../support/virtual-kernel.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const hourMs = 3_600_000
const flavor = (name: string): StreamName => streamNameSchema.parse(`flavor-${name}`)

const open = () => {
  const { log, lines } = createRecordingLog()
  const kernel = createVirtualKernel({ log })
  let streams: readonly StreamCondition[] = []
  let looks = 0
  let failures = 0
  const inspect = async () => {
    looks += 1
    if (failures > 0) {
      failures -= 1
      throw new Error('away')
    }
    return { streams, complete: true }
  }
  const empty = new Set<StreamName>()
  const findEmpty = async (claimed: readonly StreamName[]) => claimed.filter((stream) => empty.has(stream))
  const claimed = [flavor('claimed'), flavor('lost')]
  const claims = { streams: () => claimed, holdersOf: () => [flavor('holder')] }
  const watch = createStreamWatch({ ...kernel, inspector: { inspect, findEmpty }, claims })
  return {
    kernel,
    watch,
    lose: (stream: StreamName) => empty.add(stream),
    looks: () => looks,
    fail: (times: number) => {
      failures = times
    },
    find: (...found: readonly StreamCondition[]) => {
      streams = found
    },
    told: () => lines.map(({ message, fields }) => [message, (fields as { readonly stream?: string }).stream]),
  }
}

it('looks at once and then every hour, and tells of each change once', async () => {
  const { kernel, watch, looks, find, told } = open()
  expect(watch.latest()).toBeNull()
  find({ stream: flavor('small'), settings: ['$maxCount: 2'], first: 0 })
  watch.start()
  await kernel.settle()
  expect([looks(), watch.latest()?.streams.length]).toEqual([1, 1])
  await kernel.advance(hourMs - 1)
  expect(looks()).toBe(1)
  await kernel.advance(2 * hourMs)
  expect(looks()).toBe(3)
  expect(told()).toEqual([['an operator has set something on a stream', 'flavor-small']])
  find({ stream: flavor('small'), settings: ['$maxCount: 2'], first: 4 })
  await kernel.advance(2 * hourMs)
  expect(told().slice(1)).toEqual([['a stream lacks its first events', 'flavor-small']])
  await watch.stop()
  await kernel.advance(2 * hourMs)
  expect(looks()).toBe(5)
})

it('finds what others rest on and the store has nothing of, once', async () => {
  const { kernel, watch, lose, find, told } = open()
  const lost = { stream: flavor('lost'), settings: [], first: null, claimedBy: [flavor('holder')] }
  lose(flavor('lost'))
  expect(await watch.look(new AbortController().signal)).toEqual({ streams: [lost], complete: true })
  expect(told()).toEqual([['a stream lacks its first events', 'flavor-lost']])
  expect(warningOf({ streams: [lost], complete: true })).toBe(
    '1 lack their first events, so commands on them are refused: flavor-lost (nothing is left, though flavor-holder rests on it)',
  )
  const known = { stream: flavor('lost'), settings: ['deleted'], first: null }
  find(known)
  expect((await watch.look(new AbortController().signal)).streams).toEqual([known])
  await kernel.settle()
})

it('tells of twenty streams one by one and of more by their number', async () => {
  const { kernel, watch, find, told } = open()
  find(...Array.from({ length: 30 }, (_, n) => ({ stream: flavor(`f${n}`), settings: ['$tb: 1'], first: 1 })))
  watch.start()
  await kernel.settle()
  expect(told()).toHaveLength(21)
  expect(told().at(-1)).toEqual(['and as many more streams', undefined])
  await watch.stop()
})

it('tries again within minutes when the store is away', async () => {
  const { kernel, watch, looks, fail } = open()
  fail(3)
  watch.start()
  await kernel.advance(10_000)
  expect(looks()).toBe(4)
  expect(watch.latest()).not.toBeNull()
  await watch.stop()
})

it('names five streams of each kind for readiness, and counts the others', () => {
  expect(warningOf({ streams: [], complete: true })).toBeNull()
  const cut = Array.from({ length: 7 }, (_, n) => ({
    stream: flavor(`f${n}`),
    settings: [],
    first: n === 0 ? null : n,
  }))
  expect(warningOf({ streams: cut, complete: true })).toBe(
    '7 lack their first events, so commands on them are refused: flavor-f0 (nothing is left), flavor-f1 (begins at revision 1), ' +
      'flavor-f2 (begins at revision 2), flavor-f3 (begins at revision 3), flavor-f4 (begins at revision 4) and 2 more',
  )
  const set = { stream: flavor('small'), settings: ['$maxAge: 60', '$acl'], first: 0 }
  expect(warningOf({ streams: [set], complete: false })).toBe(
    'at least 1 have settings of an operator: flavor-small ($maxAge: 60, $acl)',
  )
})
