import { describe, expect, it } from 'vitest'
import { simulate } from './simulate.ts'

const seeds = Array.from({ length: 15 }, (_, index) => index + 1)

/** What must have happened in some run for the runs to say anything. */
const mustHaveHappened = [
  /crashes at/,
  /is refused$/,
  /the answer to .* is lost$/,
  /is given again from/,
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
  /an operator cuts/,
  /: EventExcluded in exclusion-operation-/,
  /refused: UNREADABLE_HISTORY/,
]

describe('the simulated system', () => {
  const happened = new Set<RegExp>()

  it.each(seeds)('keeps its promises with seed %i', async (seed) => {
    const { failure, history } = await simulate(seed)
    for (const line of history) for (const what of mustHaveHappened) if (what.test(line)) happened.add(what)
    expect(failure, history.join('\n')).toBeNull()
  })

  it('met every kind of fault meanwhile', () => {
    expect(mustHaveHappened.filter((what) => !happened.has(what))).toEqual([])
  })

  it('runs the same way again with the same seed', async () => {
    expect((await simulate(2)).history).toEqual((await simulate(2)).history)
  })

  it('finds an agent that starts an engine twice', async () => {
    expect((await simulate(1, 'starts-twice')).failure?.message).toMatch(/has 2 engines at once/)
  })

  it('finds an agent that leaves something behind of what it deletes', async () => {
    expect((await simulate(1, 'leaves-behind')).failure?.message).toMatch(/still has instance .*, which is not there/)
  })
})
