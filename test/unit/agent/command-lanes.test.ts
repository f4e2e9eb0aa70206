import { describe, expect, it } from 'vitest'
import { excludes, type LaneCommand, supersedes } from '../../../agent/command-lanes.ts'
import { guestCommandSchema } from '../../../domain/guest/command.ts'
import { nodeId, operationId } from '../domain/samples.ts'

const command = (change: Partial<LaneCommand> = {}): LaneCommand => ({
  nodeId: nodeId(1),
  operationId: operationId(1),
  lane: 'exclusive',
  epoch: 5,
  payload: { kind: 'engine-stopped' },
  ...change,
})
const change = command()
const removal = command({ payload: { kind: 'node-absent', sealingKey: null } })
const shared = command({ lane: 'shared' })
const otherShared = command({ lane: 'shared', operationId: operationId(2) })

const newer = (one: LaneCommand): LaneCommand => ({ ...one, epoch: one.epoch + 1 })
const older = (one: LaneCommand): LaneCommand => ({ ...one, epoch: one.epoch - 1 })

describe('two commands for one instance', () => {
  it.each([
    ['two changes', change, change, true],
    ['a change and a removal', change, removal, true],
    ['a change and shared work', change, shared, false],
    ['a removal and shared work', removal, shared, true],
    ['two steps of one shared operation', shared, shared, true],
    ['steps of two shared operations', shared, otherShared, false],
  ])('%s: wait for one another or go side by side', (_, one, other, wait) => {
    expect(excludes(one, other)).toBe(wait)
    expect(excludes(other, one)).toBe(wait)
    expect(excludes(one, { ...other, nodeId: nodeId(2) })).toBe(false)
  })

  it.each([
    ['a change of a newer epoch', newer(change), change, true],
    ['a change of the same epoch', change, change, false],
    ['a change of an older epoch', older(change), change, false],
    ['a removal of the same epoch', removal, change, true],
    ['a change of the same epoch after a removal', change, removal, false],
    ['a change of a newer epoch, of shared work', newer(change), shared, false],
    ['a removal, of shared work of whatever epoch', older(removal), shared, true],
    ['shared work of a newer epoch, of a change', newer(shared), change, false],
    ['shared work of a newer epoch, of a removal', newer(shared), removal, false],
    ['what undoes a shared operation, of its steps', newer(shared), shared, true],
    ['shared work of a newer epoch, of another operation', newer(shared), otherShared, false],
  ])('%s takes the place of the other or does not', (_, one, other, ends) => {
    expect(supersedes(one, other)).toBe(ends)
    expect(supersedes(one, { ...other, nodeId: nodeId(2) })).toBe(false)
  })

  it('are exclusive where they do not say, as those of version 0.1', () => {
    const { lane: _, ...unsaid } = change
    expect(excludes(unsaid, change)).toBe(true)
    expect(guestCommandSchema.shape.lane.safeParse(undefined).success).toBe(true)
  })
})
