import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { createRedisDriver } from '../../../agent/engines/redis/driver.ts'
import { describeEngineAccounts } from '../../contracts/engine-accounts.contract.ts'
import type { Login } from '../../contracts/engine-driver.contract.ts'
import { openFetchedBench } from '../../support/fetched-bench.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { withClient } from './redis-bench.ts'

const engine = await fetchedEngine('redis')

const add = (instance: EngineInstance, login: Login, text: string): Promise<void> =>
  withClient(instance, login, async (client) => {
    await client.rpush('kept', text)
  })

describeEngineAccounts('Redis', {
  root: {
    given: ['CONFIG GET maxmemory', 'SLOWLOG GET', 'LATENCY LATEST', 'CLIENT NO-EVICT off', 'FLUSHDB'],
    kept: [
      ...[
        'CONFIG SET save 60',
        'CONFIG REWRITE',
        'ACL LIST',
        'ACL SETUSER root allcommands',
        'ACL DELUSER coffer_admin',
      ],
      ...['SHUTDOWN NOSAVE', 'REPLICAOF 127.0.0.1 6379', 'MODULE LIST', 'MIGRATE 127.0.0.1 1 k 0 1'],
      ...['SAVE', 'CLIENT PAUSE 1', 'FAILOVER'],
    ],
    refusal: /NOPERM/,
  },
  missing: 'missing' in engine ? engine.missing : null,
  open: () => openFetchedBench('redis', createRedisDriver),
  client: {
    add,
    ask: (instance, login, statement) => {
      const [command = '', ...words] = statement.split(' ')
      return withClient(instance, login, (client) => client.call(command, ...words))
    },
    write: add,
    count: (instance, login) => withClient(instance, login, (client) => client.llen('kept')),
    isEndedBy: (instance, login, act) =>
      withClient(instance, login, async (client) => {
        await client.llen('kept')
        await act()
        return client.llen('kept').then(
          () => false,
          () => true,
        )
      }),
  },
})
