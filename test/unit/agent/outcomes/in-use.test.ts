import { describe, expect, it, vi } from 'vitest'
import type { Host } from '../../../../agent/host.ts'
import { nodeAbsent } from '../../../../agent/outcomes/node-absent.ts'
import { instanceId, nodeId } from '../../domain/samples.ts'

const now = Date.parse('2030-01-01T12:00:00.000Z')
const hourMs = 3_600_000

/** A host that has the instance, verified so long ago, and does no more than note that it was asked to end the engine. */
const hostOf = (verifiedMsAgo: number | null) => {
  const discard = vi.fn(async () => {
    throw new Error('ended')
  })
  const fenceOff = vi.fn()
  const verifiedAt = verifiedMsAgo === null ? null : new Date(now - verifiedMsAgo).toISOString()
  const record = { nodeId: nodeId(), verifiedAt }
  const host = {
    records: { get: () => record, update: () => record },
    control: { discard },
    clock: { now: () => now },
    fenceOff,
  } as unknown as Host
  return { host, discard, fenceOff }
}
const context = {
  nodeId: nodeId(),
  instanceId: instanceId(),
  nodeGeneration: 1,
  signal: new AbortController().signal,
  progress: () => {},
}
const absent = { kind: 'node-absent', sealingKey: null } as const

describe('undoing the provisioning of an instance', () => {
  it('is refused of one that has been in use for longer than any provisioning, and fences off whoever asked', async () => {
    const { host, discard, fenceOff } = hostOf(hourMs)
    await expect(nodeAbsent(host, { ...absent, undo: true }, context)).rejects.toMatchObject({
      code: 'INSTANCE_IN_USE',
      retryable: false,
    })
    expect(discard).not.toHaveBeenCalled()
    expect(fenceOff).toHaveBeenCalledWith(nodeId())
  })

  it('removes one that was never verified, or only just', async () => {
    for (const ago of [null, hourMs - 1]) {
      await expect(nodeAbsent(hostOf(ago).host, { ...absent, undo: true }, context)).rejects.toThrow('ended')
    }
  })

  it('is not what a deletion does, which removes it however long it was in use', async () => {
    await expect(nodeAbsent(hostOf(100 * hourMs).host, absent, context)).rejects.toThrow('ended')
  })
})
