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
  root: {
    given: [
      ...['CREATE DATABASE of_root', 'CREATE TABLE of_root.t (i INT)', 'DROP DATABASE of_root'],
      ...['SHOW PROCESSLIST', 'SELECT * FROM mysql.proc', 'SELECT * FROM sys.version'],
      "GRANT SELECT ON shop.* TO 'user1'@'%'",
    ],
    kept: [
      ...['SHUTDOWN', 'SET GLOBAL read_only = ON', 'FLUSH TABLES WITH READ LOCK', "CREATE USER x IDENTIFIED BY 'y'"],
      ...["SELECT 1 INTO OUTFILE '/tmp/x'"],
      ...['SELECT * FROM mysql.global_priv', 'DELETE FROM mysql.db', 'DROP TABLE mysql.proc', 'DROP DATABASE mysql'],
      ...["SET PASSWORD FOR 'coffer_monitor'@'%' = PASSWORD('mine')", "GRANT SELECT ON *.* TO 'user1'@'%'"],
      ...["INSERT INTO mysql.func VALUES ('f', 0, 'f.so', 'function')", "INSTALL SONAME 'auth_ed25519'"],
      "CREATE DEFINER = 'root'@'localhost' PROCEDURE shop.p () SELECT 1",
    ],
    refusal: /ERROR (1044|1045|1142|1227|1410|1698)|denied|command denied|need/,
  },
  missing: 'missing' in engine ? engine.missing : null,
  open: () => openFetchedBench('mariadb', createMariadbDriver),
  client: {
    add,
    ask,
    write: async (instance, login, text) => {
      await ask(instance, login, 'CREATE TABLE IF NOT EXISTS kept (line TEXT)')
      await add(instance, login, text)
    },
    count: async (instance, login) => Number(await ask(instance, login, 'SELECT COUNT(*) FROM kept')),
    isEndedBy,
  },
})
