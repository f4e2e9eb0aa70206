import { describe, expect, it } from 'vitest'
import {
  assignPartitions,
  type GroupMember,
  type GroupPartition,
  whyNotTogether,
} from '../../../commands/adapters/group-assignment.ts'
import { UnequalTopics } from '../../../commands/ports/message-bus.ts'

const member = (id: string, ...topics: string[]): GroupMember => ({ id, topics })
const partitions = (topic: string, count: number): GroupPartition[] =>
  Array.from({ length: count }, (_, number) => ({ topic, number }))
const sharesOf = (assigned: ReadonlyMap<GroupPartition, string>, ids: readonly string[]) =>
  ids.map((id) => [...assigned.values()].filter((taker) => taker === id).length)

describe('sharing out partitions', () => {
  it('comes to the same for everybody and gives nobody more than one more than another', () => {
    const members = ['c', 'a', 'b'].map((id) => member(id, 't'))
    const seven = partitions('t', 7)
    const assigned = assignPartitions('g', members, seven)
    expect(assignPartitions('g', members.toReversed(), seven)).toEqual(assigned)
    expect(sharesOf(assigned, ['a', 'b', 'c']).toSorted()).toEqual([2, 2, 3])
  })

  it('gives the same numbers of all topics to the same member, however many there are of each', () => {
    for (const count of [1, 2, 3, 4, 5]) {
      const members = Array.from({ length: count }, (_, index) => member(`m${index}`, 'events', 'results'))
      const all = [...partitions('events', 4), ...partitions('results', 4)]
      const assigned = assignPartitions('g', members, all)
      for (const [, ofNumber] of Map.groupBy(all, ({ number }) => number)) {
        expect(new Set(ofNumber.map((partition) => assigned.get(partition))).size).toBe(1)
      }
      expect(assigned.size).toBe(8)
      expect(new Set(assigned.values()).size).toBe(Math.min(count, 4))
    }
  })

  it('passes over members that do not want the topic', () => {
    const three = partitions('t', 3)
    const assigned = assignPartitions('g', [member('a', 'other'), member('b', 't')], three)
    expect(new Set(assigned.values())).toEqual(new Set(['b']))
    expect(assignPartitions('g', [member('a', 'other')], three).size).toBe(0)
  })

  it('starts at another member in another group, so that those of one partition do not all go to the first', () => {
    const members = [member('a', 't'), member('b', 't')]
    const takers = ['g', 'h'].flatMap((group) => [...assignPartitions(group, members, partitions('t', 1)).values()])
    expect(takers.toSorted()).toEqual(['a', 'b'])
  })
})

describe('topics that are consumed together', () => {
  it('are refused where they have unequal numbers of partitions, by name', () => {
    const counts = new Map([
      ['coffer.events', 8],
      ['coffer.agent.results', 4],
    ])
    expect(whyNotTogether(counts)).toBeInstanceOf(UnequalTopics)
    expect(whyNotTogether(counts)?.message).toContain('coffer.events has 8, coffer.agent.results has 4')
    expect(whyNotTogether(new Map([...counts.keys()].map((topic) => [topic, 4])))).toBeNull()
    expect(whyNotTogether(new Map())).toBeNull()
  })
})
