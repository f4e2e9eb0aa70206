import { describe, expect, it } from 'vitest'
import { simulate } from './simulate.ts'

/** What must have happened in some run for the runs to say anything. */
const mustHaveHappened = [
  /crashes at/,
  /is refused$/,
  /the answer to .* is lost$/,
  /is given again from/,
  /the bus loses a message to coffer\.agent\.results$/,
  /the bus loses a message to .*\.commands$/,
  /host-\d stands still for/,
  /saga-\d stands still for/,
  /is cut off$/,
  /: InstanceDeleted in/,
  /: InstanceDatabaseCreated in/,
  /: InstanceDatabaseDeleted in/,
  /: OperationFailed in/,
  /: OperationStepRetried in/,
  /an intruder writes beside/,
  /an intruder writes where nobody is/,
  /an intruder writes on an operation in flight/,
  /an intruder writes on an instance/,
  /an intruder writes in 2099/,
  /an operator cuts/,
  /: EventExcluded in exclusion-operation-/,
  /refused: UNREADABLE_HISTORY/,
]

/** A run for each of the seeds. They are parted into files that run side by side. */
export const describeSeeds = (first: number, last: number): void => {
  describe('the simulated system', () => {
    const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    const happened = new Set<RegExp>()

    it.each(seeds)('keeps its promises with seed %i', async (seed) => {
      const { failure, history } = await simulate(seed)
      for (const line of history) for (const what of mustHaveHappened) if (what.test(line)) happened.add(what)
      expect(failure, history.join('\n')).toBeNull()
    })

    it('met every kind of fault meanwhile', () => {
      expect(mustHaveHappened.filter((what) => !happened.has(what))).toEqual([])
    })
  })
}
