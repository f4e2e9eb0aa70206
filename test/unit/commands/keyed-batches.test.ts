import { describe, expect, it } from 'vitest'
import { createKeyedBatches, type Pending } from '../../../commands/keyed-batches.ts'

type Batch = readonly Pending<string, string>[]
const answerAll = (batch: Batch) => {
  for (const { job, resolve } of batch) resolve(`${job}!`)
}

describe('keyed batches', () => {
  it('begin a job at once, and take together what came meanwhile, in the order it came and so many at most', async () => {
    const seen: string[][] = []
    const batches = createKeyedBatches<string, string>(2, async (_, batch) => {
      seen.push(batch.map(({ job }) => job))
      await Promise.resolve()
      answerAll(batch)
    })
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((job) => batches.run('k', job)))
    expect(seen).toEqual([['a'], ['b', 'c'], ['d']])
    expect(answers).toEqual(['a!', 'b!', 'c!', 'd!'])
    expect(await batches.run('k', 'e')).toBe('e!')
  })

  it('of different keys are carried out side by side', async () => {
    const gate = Promise.withResolvers<void>()
    const batches = createKeyedBatches<string, string>(2, async (key, batch) => {
      if (key === 'a') await gate.promise
      answerAll(batch)
    })
    const blocked = batches.run('a', 'first')
    expect(await batches.run('b', 'second')).toBe('second!')
    gate.resolve()
    expect(await blocked).toBe('first!')
  })

  it('go on after one that failed, and give the failure to its callers alone', async () => {
    const batches = createKeyedBatches<string, string>(2, async (_, batch) => {
      if (batch.some(({ job }) => job === 'bad')) throw new Error('no')
      answerAll(batch)
    })
    const answers = await Promise.allSettled(['good', 'bad', 'with it', 'after'].map((job) => batches.run('k', job)))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  })
})
