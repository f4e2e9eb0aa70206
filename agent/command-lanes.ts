import { type GuestCommand, laneOf } from '../domain/guest/command.ts'

/** What of a command tells whether it may be worked on beside another. */
export type LaneCommand = Pick<GuestCommand, 'nodeId' | 'operationId' | 'lane' | 'epoch' | 'payload'>

/** Nothing of the instance is left after it, so it goes with no other work. */
const removes = ({ payload }: LaneCommand): boolean => payload.kind === 'node-absent'

const isOfBoth = (lane: 'exclusive' | 'shared', one: LaneCommand, other: LaneCommand): boolean =>
  laneOf(one) === lane && laneOf(other) === lane

/** Whether two commands wait for one another. Shared work does so within its operation only, whose steps follow one another. */
export const excludes = (one: LaneCommand, other: LaneCommand): boolean => {
  if (one.nodeId !== other.nodeId) return false
  if (removes(one) || removes(other) || isOfBoth('exclusive', one, other)) return true
  return isOfBoth('shared', one, other) && one.operationId === other.operationId
}

/** Whether `older` ends for the sake of `newer`. A newer epoch counts within its lane, in the shared one within its operation; a removal ends everything. */
export const supersedes = (newer: LaneCommand, older: LaneCommand): boolean => {
  if (!excludes(newer, older)) return false
  if (laneOf(newer) !== laneOf(older)) return removes(newer)
  if (newer.epoch !== older.epoch) return newer.epoch > older.epoch
  return removes(newer) && !removes(older)
}
