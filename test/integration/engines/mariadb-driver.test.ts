import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { environmentOf } from '../../../agent/engines/run-program.ts'
import { describeEngineDriver, type Login } from '../../contracts/engine-driver.contract.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { openMariadbBench } from '../../support/mariadb-bench.ts'

const run = promisify(execFile)
const engine = await fetchedEngine('mariadb')

/** One statement by the client that people have, which answers the values of the last row. */
const ask = async (instance: EngineInstance, login: Login, statement: string): Promise<string> => {
  const { binDir } = instance.installation
  const { stdout } = await run(
    join(binDir, '..', 'bin', 'mariadb'),
    [
      ...['--no-defaults', '--protocol=tcp', '--host=127.0.0.1', `--port=${instance.listen.port}`, '--batch'],
      ...['--ssl-verify-server-cert', `--ssl-ca=${instance.tls.ca}`, '--skip-column-names'],
      ...[`--user=${login.user}`, `--database=${login.database}`, `--execute=${statement}`],
    ],
    { env: { ...environmentOf(instance.installation), MYSQL_PWD: login.password } },
  )
  return stdout.trim()
}

describeEngineDriver('MariaDB', {
  missing: 'missing' in engine ? engine.missing : null,
  open: openMariadbBench,
  client: {
    write: async (instance, login, text) => {
      await ask(instance, login, `CREATE TABLE IF NOT EXISTS kept (line TEXT); INSERT INTO kept VALUES ('${text}')`)
    },
    count: async (instance, login) => {
      const there = await ask(instance, login, "SHOW TABLES LIKE 'kept'")
      return there === '' ? 0 : Number(await ask(instance, login, 'SELECT COUNT(*) FROM kept'))
    },
    serialNumber: async ({ listen, tls }) => {
      const socket = connect({ host: listen.address, port: listen.port })
      await once(socket, 'data')
      // What a client answers to the greeting to have TLS: 32 bytes, of which the first say so, as packet 1.
      const asksForTls = Buffer.alloc(4 + 32)
      asksForTls.set([32, 0, 0, 1, 0, 0x8a])
      socket.write(asksForTls)
      const secured = connectTls({ socket, ca: readFileSync(tls.ca), checkServerIdentity: () => undefined })
      await once(secured, 'secureConnect')
      const { serialNumber } = secured.getPeerCertificate()
      secured.destroy()
      return serialNumber
    },
  },
})
