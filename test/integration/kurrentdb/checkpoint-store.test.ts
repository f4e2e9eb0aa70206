import { jsonEvent } from '@eventstore/db-client'
import { afterEach, describe, expect, it } from 'vitest'
import { createKurrentCheckpointStore } from '../../../commands/adapters/kurrentdb/checkpoint-store.ts'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { checkpointStoreContract } from '../../contracts/checkpoint-store.contract.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { silentLog } from '../../support/silent-log.ts'
import { createRecordingLog } from '../../support/write-side.ts'
import { callTimeoutMs } from './test-store.ts'

checkpointStoreContract('the KurrentDB store on the stand-in', async () => {
  const server = await startEventStoreStandIn()
  const connection = openKurrentConnection({ url: server.url, log: silentLog, callTimeoutMs })
  return {
    store: createKurrentCheckpointStore({ connection }),
    dispose: async () => {
      connection.close()
      server.close()
    },
  }
})

describe('checkpoints in a stream that others write to', () => {
  const disposals: (() => void)[] = []
  afterEach(() => {
    for (const dispose of disposals.splice(0).toReversed()) dispose()
  })

  const start = async () => {
    const server = await startEventStoreStandIn()
    const { log, lines } = createRecordingLog()
    const connection = openKurrentConnection({ url: server.url, log, callTimeoutMs })
    disposals.push(server.close, connection.close)
    const foreign = (data: object) =>
      connection.run((client) =>
        client.appendToStream('checkpoint-relay', jsonEvent({ type: 'CheckpointSaved', data: { ...data } })),
      )
    return { store: createKurrentCheckpointStore({ connection }), foreign, lines }
  }

  it('fall back to the last sound one, and can be saved again', async () => {
    const { store, foreign, lines } = await start()
    await store.save('relay', { position: 7, holder: 'a' }, 0)
    await foreign({ a: 1 })
    await foreign({ position: 'everywhere', holder: 'a' })
    expect(await store.load('relay')).toEqual({ position: 7, version: 3, holder: 'a' })
    expect(await store.save('relay', { position: 8, holder: 'b' }, 3)).toBe('saved')
    expect(await store.load('relay')).toEqual({ position: 8, version: 4, holder: 'b' })
    // The connection that all share was not given up for it.
    expect(lines).toEqual([])
  })

  it('begin before the first event where none is sound, and belong to nobody', async () => {
    const { store, foreign } = await start()
    await foreign({ a: 1 })
    expect(await store.load('relay')).toEqual({ position: -1, version: 1, holder: '' })
    expect(await store.save('relay', { position: 3, holder: 'b' }, 1)).toBe('saved')
  })
})
