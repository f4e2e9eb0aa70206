import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Host } from '../../../../agent/host.ts'
import { createLayout } from '../../../../agent/layout.ts'
import { volumeReady } from '../../../../agent/outcomes/volume-ready.ts'
import { createTempDir } from '../../../support/temp-dir.ts'
import { instanceId, nodeId } from '../../domain/samples.ts'

const temp = createTempDir('volume-ready')

describe('the outcome volume-ready', () => {
  it('has let go of the volume when it fails for want of an account, so that nothing is made behind a removal', async () => {
    const directory = temp.next()
    let making = false
    const host = {
      layout: createLayout(directory, directory),
      records: { get: () => null, create: (record: unknown) => record },
      owners: { ensure: () => Promise.reject(new Error('no account can be made')) },
      volumeKind: 'directory',
      prepared: { take: () => Promise.resolve() },
      volumes: () => ({
        kind: 'directory',
        ensure: async () => {
          making = true
          await delay(20)
          making = false
        },
      }),
    } as unknown as Host
    const context = {
      nodeId: nodeId(),
      instanceId: instanceId(),
      nodeGeneration: 1,
      signal: new AbortController().signal,
      progress: () => {},
    }
    await expect(volumeReady(host, { kind: 'volume-ready', sizeGiB: 1 }, context)).rejects.toThrow('no account')
    expect(making).toBe(false)
  })
})
