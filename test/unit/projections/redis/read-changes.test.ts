import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { changesAfter } from '../../../../projections/adapters/redis/read-changes.ts'
import type { FeedState } from '../../../../projections/adapters/redis/replies.ts'
import type { FedChange } from '../../../../projections/adapters/redis/tail.ts'
import { waitFor } from '../../../support/wait-for.ts'

const start: FeedState = { checkpoint: 1, epoch: 'one', seq: 1, lastId: '1-0' }

const change = (seq: number): FedChange => ({
  key: `key-${seq}`,
  document: { seq },
  position: seq,
  epoch: 'one',
  seq,
})

async function* heard(count: number): AsyncGenerator<FedChange> {
  for (let seq = 1; seq <= count; seq += 1) yield change(seq)
}

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

describe('the changes of a view in Redis', () => {
  it('are those made after the start alone', async () => {
    const seen: unknown[] = []
    for await (const { document } of changesAfter(heard(4), Promise.resolve(start))) seen.push(document)
    expect(seen).toEqual([{ seq: 2 }, { seq: 3 }, { seq: 4 }])
  })

  it('end with what kept the start from being known', async () => {
    const changes = changesAfter(heard(2), Promise.reject(new Error('away')))
    await expect(changes[Symbol.asyncIterator]().next()).rejects.toThrow('away')
  })

  it('are not held on to once they are read, however long the reader goes on', async () => {
    const reading = changesAfter(heard(100), Promise.resolve(start))[Symbol.asyncIterator]()
    const read: WeakRef<object>[] = []
    const readOn = async (): Promise<void> => {
      const { value } = await reading.next()
      if (value?.document) read.push(new WeakRef(value.document))
    }
    for (let count = 0; count < 50; count += 1) await readOn()
    await waitFor('all but the first and the last to be collected', () => {
      collectGarbage()
      return read.slice(1, -1).every((document) => document.deref() === undefined)
    })
    // The reader is still there.
    expect((await reading.next()).value?.document).toEqual({ seq: 52 })
  })
})
