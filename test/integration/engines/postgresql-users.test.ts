import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { describeEngineAccounts } from '../../contracts/engine-accounts.contract.ts'
import type { Login } from '../../contracts/engine-driver.contract.ts'
import { connect, createBench, query } from './bench.ts'

const loginOf = ({ user, password, database }: Login) => ({ user, password, database: database ?? 'postgres' })
const add = async (instance: EngineInstance, login: Login, text: string): Promise<void> => {
  await query(instance, loginOf(login), `INSERT INTO kept VALUES ('${text}')`)
}

describeEngineAccounts('PostgreSQL', {
  missing: null,
  open: createBench,
  client: {
    add,
    write: async (instance, login, text) => {
      await query(instance, loginOf(login), 'CREATE TABLE IF NOT EXISTS kept (text text)')
      await add(instance, login, text)
    },
    count: async (instance, login) => {
      const [row] = await query(instance, loginOf(login), 'SELECT count(*)::int AS n FROM kept')
      return Number(row?.n)
    },
    isEndedBy: async (instance, login, act) => {
      const held = await connect(instance, loginOf(login))
      await held.query('SELECT 1')
      await act()
      const isEnded = await held.query('SELECT 1').then(
        () => false,
        () => true,
      )
      await held.end().catch(() => undefined)
      return isEnded
    },
  },
})
