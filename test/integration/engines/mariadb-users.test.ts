import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { createMariadbDriver } from '../../../agent/engines/mariadb/driver.ts'
import { withClient } from '../../../agent/engines/mariadb/session.ts'
import { describeEngineAccounts } from '../../contracts/engine-accounts.contract.ts'
import type { Login } from '../../contracts/engine-driver.contract.ts'
import { bound } from '../../support/engine-bench.ts'
import { openFetchedBench } from '../../support/fetched-bench.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { askMariadb } from '../../support/mariadb-client.ts'

const engine = await fetchedEngine('mariadb')

const ask = ({ installation, listen, tls }: EngineInstance, login: Login, statement: string): Promise<string> =>
  askMariadb(installation, { ...login, host: '127.0.0.1', port: listen.port, ca: tls.ca }, statement)
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
    isEndedBy: (instance, login, act) => {
      let isActed = false
      return withClient(instance, login, bound(), async (query) => {
        await query('SELECT 1')
        await act()
        isActed = true
        await query('SELECT 1')
        return false
      }).catch((error: unknown) => {
        if (isActed) return true
        throw error
      })
    },
  },
})
