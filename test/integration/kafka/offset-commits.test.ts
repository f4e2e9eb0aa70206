import type { TopicPartitionOffset } from 'kafkajs'
import { expect, it } from 'vitest'
import { createOffsetCommits } from '../../../commands/adapters/kafka/offset-commits.ts'
import { waitFor } from '../../support/wait-for.ts'

const at = (partition: number, offset: string): TopicPartitionOffset => ({ topic: 't', partition, offset })

const open = (commit: (offsets: TopicPartitionOffset[]) => Promise<void>) => {
  const problems: string[] = []
  const commits = createOffsetCommits({ commit, onProblem: (what) => problems.push(what), delayMs: 5 })
  return { commits, problems }
}

it('offsets that were handled shortly after each other are committed together, the last one of each partition', async () => {
  const calls: TopicPartitionOffset[][] = []
  const { commits } = open(async (offsets) => void calls.push(offsets))
  for (const next of [at(0, '1'), at(1, '7'), at(0, '2')]) commits.add(next)
  await waitFor('the commit', () => calls.length > 0)
  expect(calls).toEqual([[at(0, '2'), at(1, '7')]])
  await commits.flush()
  expect(calls.length).toBe(1)
})

it('an offset that could not be committed is tried again, with what came since', async () => {
  const calls: TopicPartitionOffset[][] = []
  const { commits, problems } = open(async (offsets) => {
    calls.push(offsets)
    if (calls.length === 1) throw new Error('rebalancing')
  })
  commits.add(at(0, '1'))
  await commits.flush()
  commits.add(at(1, '1'))
  await waitFor('another try', () => calls.length === 2)
  expect(calls[1]).toEqual([at(0, '1'), at(1, '1')])
  expect(problems).toEqual(['committing offsets failed'])
})

it('what was handled while a commit is under way is not forgotten with it', async () => {
  const calls: TopicPartitionOffset[][] = []
  const answer = Promise.withResolvers<void>()
  const { commits } = open(async (offsets) => {
    calls.push(offsets)
    if (calls.length === 1) await answer.promise
  })
  commits.add(at(0, '1'))
  const first = commits.flush()
  await waitFor('the commit to be under way', () => calls.length === 1)
  commits.add(at(0, '2'))
  answer.resolve()
  await first
  await waitFor('the next commit', () => calls.length === 2)
  expect(calls[1]).toEqual([at(0, '2')])
})

it('the offset of a partition that another member has now is not committed', async () => {
  const calls: TopicPartitionOffset[][] = []
  const { commits } = open(async (offsets) => void calls.push(offsets))
  commits.add(at(0, '1'))
  commits.add(at(1, '1'))
  commits.drop('t', 0)
  await commits.flush()
  expect(calls).toEqual([[at(1, '1')]])
})
