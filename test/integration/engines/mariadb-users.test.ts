import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { createMariadbDriver } from '../../../agent/engines/mariadb/driver.ts'
import { describeEngineAccounts } from '../../contracts/engine-accounts.contract.ts'
import type { Login } from '../../contracts/engine-driver.contract.ts'
import { openFetchedBench } from '../../support/fetched-bench.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { ask, isEndedBy } from './mariadb-bench.ts'

const engine = await fetchedEngine('mariadb')

const add = async (instance: EngineInstance, login: Login, text: string): Promise<void> => {
  await ask(instance, login, `INSERT INTO kept VALUES ('${text}')`)
}

describeEngineAccounts('MariaDB', {
  missing: 'missing' in engine ? engine.missing : null,
  open: () => openFetchedBench('mariadb', createMariadbDriver),
  client: {
    add,
    write: async (instance, login, text) => {
      await ask(instance, login, 'CREATE TABLE IF NOT EXISTS kept (line TEXT)')
      await add(instance, login, text)
    },
    count: async (instance, login) => Number(await ask(instance, login, 'SELECT COUNT(*) FROM kept')),
    isEndedBy,
  },
})
