import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { describeEngineAccounts } from '../../contracts/engine-accounts.contract.ts'
import type { Login } from '../../contracts/engine-driver.contract.ts'
import { connect, createBench, query } from './bench.ts'

const loginOf = ({ user, password, database }: Login) => ({ user, password, database: database ?? 'postgres' })
const add = async (instance: EngineInstance, login: Login, text: string): Promise<void> => {
  await query(instance, loginOf(login), `INSERT INTO kept VALUES ('${text}')`)
}

describeEngineAccounts('PostgreSQL', {
  root: {
    given: [
      ...['CHECKPOINT', 'SHOW data_directory', 'CREATE DATABASE of_root', 'DROP DATABASE of_root'],
      ...['CREATE ROLE by_root LOGIN', 'DROP ROLE by_root', 'SELECT pg_terminate_backend(0)'],
    ],
    kept: [
      ...["COPY (SELECT 1) TO '/tmp/x'", "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT pg_read_file('/etc/passwd')"],
      ...[
        'SELECT * FROM pg_authid',
        "ALTER SYSTEM SET fsync = 'off'",
        'ALTER ROLE root SUPERUSER',
        'DROP ROLE postgres',
      ],
      ...['SET ROLE coffer_root', 'SET ROLE postgres', 'DROP ROLE coffer_monitor', 'GRANT coffer_root TO user1'],
      ...['ALTER ROLE coffer_monitor PASSWORD NULL', 'CREATE EXTENSION file_fdw', 'ALTER ROLE root BYPASSRLS'],
    ],
    // 0A000: from PostgreSQL 17 on nobody may ALTER SYSTEM, not even a superuser.
    refusal: /42501|0A000/,
  },
  missing: null,
  open: createBench,
  client: {
    add,
    ask: (instance, login, statement) => query(instance, loginOf(login), statement),
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
