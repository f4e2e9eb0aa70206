import { describe, expect, it } from 'vitest'
import { simulate } from './simulate.ts'

describe('the simulation', () => {
  it('runs the same way again with the same seed', async () => {
    expect((await simulate(2)).history).toEqual((await simulate(2)).history)
  })

  it('finds an agent that starts an engine twice', async () => {
    expect((await simulate(1, 'starts-twice')).failure?.message).toMatch(/has 2 engines at once/)
  })

  it('finds an agent that leaves something behind of what it deletes', async () => {
    expect((await simulate(1, 'leaves-behind')).failure?.message).toMatch(/still has node .*, which is not there/)
  })
})
