import { expect, it } from 'vitest'
import { takeTurns } from '../../../../ops/bench/compare.ts'

it('takes turns, each round another one first, and keeps apart what each came to', async () => {
  const order: string[] = []
  const runs = ['a', 'b', 'c'].map((name) => async () => order.push(name))
  const values = await takeTurns(3, runs, new AbortController().signal)
  expect(order.join('')).toBe('abcbcacab')
  expect(values).toEqual([
    [1, 6, 8],
    [2, 4, 9],
    [3, 5, 7],
  ])
})
