import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { mapFew } from '../../../kernel/map-few.ts'

describe('mapFew', () => {
  it('has as many under way as it may, and answers in the order of the items', async () => {
    let [underWay, most] = [0, 0]
    const answers = await mapFew([5, 1, 4, 2, 3], 2, async (turns) => {
      underWay += 1
      most = Math.max(most, underWay)
      for (let turn = 0; turn < turns; turn += 1) await nextTurn()
      underWay -= 1
      return turns * 10
    })
    expect(answers).toEqual([50, 10, 40, 20, 30])
    expect(most).toBe(2)
  })

  it('answers nothing for nothing, and rejects with what fails first', async () => {
    expect(await mapFew([], 3, async () => 1)).toEqual([])
    const failing = mapFew([1, 2], 2, async (item) => {
      throw new Error(`item ${item}`)
    })
    await expect(failing).rejects.toThrow('item 1')
  })
})
