import { describe, expect, it } from 'vitest'
import type { PlantedFault } from './host.ts'
import { simulate } from './simulate.ts'

describe('the simulation', () => {
  it('runs the same way again with the same seed', async () => {
    expect((await simulate(2)).history).toEqual((await simulate(2)).history)
  })

  it('finds an agent that starts an engine twice', async () => {
    expect(await findings('starts-twice')).toContainEqual(expect.stringMatching(/has 2 engines at once/))
  })

  it('finds an agent that leaves something behind of what it deletes', async () => {
    expect(await findings('leaves-behind')).toContainEqual(
      expect.stringMatching(/still has node .*, which is not there/),
    )
  })
})

/** What few seeds find of a planted fault: not each of them comes to where it shows. */
const findings = async (planted: PlantedFault): Promise<readonly string[]> => {
  const messages: string[] = []
  for (let seed = 1; seed <= 5; seed += 1) messages.push((await simulate(seed, planted)).failure?.message ?? 'none')
  return messages
}
