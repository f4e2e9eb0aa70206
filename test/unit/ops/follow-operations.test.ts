import { describe, expect, it } from 'vitest'
import { followOperations } from '../../../ops/compose/observe.ts'
import { type ViewChange, ViewStoreUnavailable } from '../../../projections/ports/view-store.ts'
import type { OperationDocument } from '../../../projections/views/operations.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const ended = (id: string, position: number): ViewChange => ({
  key: id,
  document: { id, endedAt: '2026-01-02T03:04:05.678Z' },
  position,
})

describe('the count of operations that end', () => {
  it('takes in no operation twice where the store has lost its views and they are written anew', async () => {
    const stopping = new AbortController()
    const counted: string[] = []
    const awaited: number[] = []
    const rebuilt = Promise.withResolvers<boolean>()
    const subscriptions = [
      async function* () {
        yield ended('first', 7)
        throw new ViewStoreUnavailable('flushed')
      },
      async function* () {
        yield ended('second', 9)
      },
    ]
    let checkpoint = 5
    followOperations(
      {
        viewStore: {
          checkpoint: async () => checkpoint,
          waitFor: async (_view, position) => {
            awaited.push(position)
            return awaited.length === 1 || rebuilt.promise
          },
          changes: () => {
            checkpoint = -1
            return subscriptions.shift()?.() ?? (async function* () {})()
          },
        },
        metrics: { operationEnded: ({ id }: OperationDocument) => counted.push(id) },
        log: createRecordingLog().log,
        timers: quietKernel.timers,
      },
      stopping.signal,
    )
    // What is there at the start is not counted; after the loss, not before the views are back where they were.
    await waitFor('the second look', () => awaited.length === 2)
    expect(awaited).toEqual([5, 7])
    expect([counted, subscriptions.length]).toEqual([['first'], 1])
    rebuilt.resolve(true)
    await waitFor('the next operation', () => counted.length === 2)
    stopping.abort()
    expect(counted).toEqual(['first', 'second'])
  })
})
