import { expect, it } from 'vitest'
import { createRedisClient } from '../../../../projections/adapters/redis/connect.ts'
import { keepViewVersions } from '../../../../projections/adapters/redis/view-versions.ts'
import { freePort } from '../../../support/free-ports.ts'
import { createKeptLog } from '../../../support/redis/kept-log.ts'
import { waitFor } from '../../../support/wait-for.ts'

it('what notes the views in use stops at once while it waits to try a Redis that is away again', async () => {
  const log = createKeptLog()
  const url = `redis://127.0.0.1:${await freePort()}`
  const client = createRedisClient({ url, log, silenceMs: 5000 })
  const versions = keepViewVersions({ client, viewStore: { drop: async () => {} }, prefix: 'test', log }, ['pets-v1'])
  await waitFor('the wait between two tries', () => client.status === 'reconnecting')
  await versions.stop()
  expect(log.lines).toEqual([expect.stringContaining('cannot be reached')])
})
