import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { unlimited } from '../../../agent/engines/engine.ts'
import { createRedisDriver } from '../../../agent/engines/redis/driver.ts'
import { describeEngineDriver } from '../../contracts/engine-driver.contract.ts'
import { bound } from '../../support/engine-bench.ts'
import { openFetchedBench } from '../../support/fetched-bench.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { withClient } from './redis-bench.ts'

/** As an agent fetches it, also where the system has one. */
const engine = await fetchedEngine('redis')

describeEngineDriver('Redis', {
  missing: 'missing' in engine ? engine.missing : null,
  open: () => openFetchedBench('redis', createRedisDriver),
  takesRestart: { larger: [], smaller: ['maxmemory'] },
  client: {
    write: (instance, login, text) =>
      withClient(instance, login, async (client) => {
        await client.rpush('kept', text)
      }),
    count: (instance, login) => withClient(instance, login, (client) => client.llen('kept')),
    serialNumber: async ({ listen, tls }) => {
      const socket = connectTls({ host: listen.address, port: listen.port, ca: readFileSync(tls.ca) })
      await once(socket, 'secureConnect')
      const { serialNumber } = socket.getPeerCertificate()
      socket.destroy()
      return serialNumber
    },
  },
})

describe('a Redis that holds more than it is to have', () => {
  it('keeps what it has, and says how much that is', async (context) => {
    if ('missing' in engine) return context.skip(engine.missing)
    const bench = await openFetchedBench('redis', createRedisDriver)
    try {
      const [newest] = await bench.installations()
      if (newest === undefined) throw new Error('nothing is installed')
      const instance = await bench.prepare(newest)
      await bench.start(instance)
      const ann = { name: 'ann', password: 'a secret of hers', databases: [] }
      await bench.driver.accounts.ensureUsers(instance, [ann], bound())
      const login = { user: ann.name, password: ann.password, database: null }
      await withClient(instance, login, (client) => client.setrange('large', 60_000_000, 'x'))
      const smaller = { ...instance, spec: { ...instance.spec, memoryMiB: 64 } }
      await bench.driver.configure(smaller, unlimited)
      await expect(bench.driver.followSize(smaller, bound())).rejects.toMatchObject({
        code: 'FLAVOR_TOO_SMALL',
        message: expect.stringMatching(/holds \d+ MiB of data, and the flavor has 48 MiB for it/),
      })
      await withClient(instance, login, (client) => client.set('more', 'x'))
    } finally {
      await bench.close()
    }
  })
})
