import { describe, expect, it } from 'vitest'
import { createLeaveToStart } from '../../../agent/leave-to-start.ts'
import { holdingsAnswer } from '../../../domain/guest/holdings-answer.ts'
import type { NodeId } from '../../../domain/ids.ts'
import { createVirtualKernel } from '../../support/virtual-kernel.ts'
import { createRecordingLog } from '../../support/write-side.ts'
import { hostId, nodeId, reportId } from '../domain/samples.ts'

const patienceMs = 10_000
const never = new AbortController().signal

const begin = () => {
  const { log, lines } = createRecordingLog()
  const kernel = createVirtualKernel({ log })
  const desired = new Map<NodeId, 'running' | 'stopped'>([
    [nodeId(1), 'running'],
    [nodeId(2), 'running'],
  ])
  const records = {
    get: (id: NodeId) => (desired.has(id) ? { desired: desired.get(id) } : null),
    update: (id: NodeId, change: { readonly desired?: 'running' | 'stopped' }) => {
      if (change.desired) desired.set(id, change.desired)
      return {}
    },
  }
  const leave = createLeaveToStart({ records: records as never, ...kernel, patienceMs })
  let isHad = false
  leave.had(never).then(() => {
    isHad = true
  })
  const answer = (ordinal: number, ...gone: NodeId[]): void =>
    leave.take({ kind: holdingsAnswer, hostId: hostId(), reportId: reportId(ordinal), gone })
  const isKnown = async (): Promise<boolean> => {
    await kernel.settle()
    return isHad
  }
  return { kernel, leave, lines, desired, answer, isKnown }
}

describe('leave to start', () => {
  it('is had when all that was told is answered, and what is gone is not to run any more', async () => {
    const { leave, desired, answer, isKnown } = begin()
    leave.asked([reportId(1), reportId(2)])
    answer(1, nodeId(1), nodeId(9))
    expect(await isKnown()).toBe(false)
    answer(2)
    expect(await isKnown()).toBe(true)
    expect([...desired.values()]).toEqual(['stopped', 'running'])
  })

  it('is had by no answer to what was told in an earlier life', async () => {
    const { leave, desired, answer, isKnown } = begin()
    leave.asked([reportId(1)])
    answer(7, nodeId(1))
    expect(await isKnown()).toBe(false)
    expect(desired.get(nodeId(1))).toBe('running')
  })

  it('is had at once by a host that has nothing, and nothing is said of it later', async () => {
    const { kernel, leave, lines, isKnown } = begin()
    leave.asked([])
    expect(await isKnown()).toBe(true)
    await kernel.advance(patienceMs)
    expect(lines).toEqual([])
  })

  it('is had when the control plane was waited for long enough, and a later answer still counts', async () => {
    const { kernel, leave, lines, desired, answer, isKnown } = begin()
    leave.asked([reportId(1)])
    await kernel.advance(patienceMs - 1)
    expect(await isKnown()).toBe(false)
    await kernel.advance(1)
    expect(await isKnown()).toBe(true)
    expect(lines).toHaveLength(1)
    answer(1, nodeId(2))
    expect(desired.get(nodeId(2))).toBe('stopped')
  })
})
