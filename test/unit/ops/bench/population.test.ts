import { join } from 'node:path'
import { expect, it } from 'vitest'
import { populate } from '../../../../ops/bench/log/population.ts'
import { createTempDir } from '../../../support/temp-dir.ts'

const dir = createTempDir('bench-population')

it('a log to measure on is written by dispatch and sagas as they are now', async () => {
  const { instanceIds, events } = await populate(join(dir.path, 'data'), {
    instances: 3,
    projects: 2,
    lives: 'eventful',
    signal: AbortSignal.timeout(60_000),
    say: () => {},
  })
  expect(new Set(instanceIds).size).toBe(3)
  expect(events).toBeGreaterThan(30)
})
