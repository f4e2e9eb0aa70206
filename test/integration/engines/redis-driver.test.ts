import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectTls } from 'node:tls'
import { Redis } from 'ioredis'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { createRedisDriver } from '../../../agent/engines/redis/driver.ts'
import { describeEngineDriver, type Login } from '../../contracts/engine-driver.contract.ts'
import { openFetchedBench } from '../../support/fetched-bench.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'

/** As an agent fetches it, also where the system has one. */
const engine = await fetchedEngine('redis')

/** A client as people have them, of a package that is not the driver's. */
const withClient = async <T>(
  instance: EngineInstance,
  login: Login,
  work: (client: Redis) => Promise<T>,
): Promise<T> => {
  const client = new Redis({
    ...{ host: instance.listen.address, port: instance.listen.port, username: login.user, password: login.password },
    tls: { ca: readFileSync(instance.tls.ca) },
    ...{ lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false },
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    client.disconnect()
  }
}

describeEngineDriver('Redis', {
  missing: 'missing' in engine ? engine.missing : null,
  open: () => openFetchedBench('redis', createRedisDriver),
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
