import { expect, it } from 'vitest'
import { calmMs, createLoginHurry } from '../../../agent/supervision/hurry-logins.ts'
import type { Look } from '../../../agent/supervision/watch-usability.ts'

const full: Look = { is: 'doubtful', full: true }
const serves: Look = { is: 'serves', crashed: false }

const open = () => {
  const asked: boolean[] = []
  const changes: boolean[] = []
  const failures: unknown[] = []
  let now = 0
  let broken = false
  const logins = createLoginHurry({
    hurry: async (hurried) => {
      if (broken) throw new Error('no room')
      asked.push(hurried)
    },
    changed: (hurried) => changes.push(hurried),
    failed: (error) => failures.push(error),
    elapsedMs: () => now,
  })
  return {
    asked,
    changes,
    failures,
    breakDown: (is: boolean) => {
      broken = is
    },
    heed: async (look: Look, afterMs = 5000) => {
      now += afterMs
      await logins.heed(look)
    },
  }
}

it('has logins hurried at each look that finds the engine full, and tells it once', async () => {
  const { asked, changes, heed } = open()
  await heed(serves)
  for (const look of [full, { is: 'ails', reason: 'full', full: true } as const, full]) await heed(look)
  expect(asked).toEqual([false, true, true, true])
  expect(changes).toEqual([true])
})

it('gives the ordinary time back once the engine has not been full for a minute, however it fared', async () => {
  const { asked, changes, heed } = open()
  await heed(full)
  await heed(serves, calmMs - 1)
  await heed({ is: 'ails', reason: 'something else' }, 0)
  await heed(full, 0)
  await heed(serves, calmMs - 1)
  expect(asked).toEqual([true, true])
  await heed(serves, 1)
  await heed(serves)
  expect(asked).toEqual([true, true, false])
  expect(changes).toEqual([true, false])
})

it('gives back what an agent before this one has hurried, once', async () => {
  const { asked, changes, heed } = open()
  await heed(serves)
  await heed(serves)
  expect([asked, changes]).toEqual([[false], []])
})

it('tries again what could not be done', async () => {
  const { asked, changes, failures, breakDown, heed } = open()
  breakDown(true)
  await heed(full)
  expect([asked, changes, failures.length]).toEqual([[], [], 1])
  breakDown(false)
  await heed(full)
  expect([asked, changes]).toEqual([[true], [true]])
})
