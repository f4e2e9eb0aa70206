import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createMariadbDriver } from '../../../agent/engines/mariadb/driver.ts'
import { describeEngineDriver } from '../../contracts/engine-driver.contract.ts'
import { openFetchedBench } from '../../support/fetched-bench.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { ask } from './mariadb-bench.ts'

const engine = await fetchedEngine('mariadb')

describeEngineDriver('MariaDB', {
  missing: 'missing' in engine ? engine.missing : null,
  open: () => openFetchedBench('mariadb', createMariadbDriver),
  takesRestart: {
    larger: [],
    smaller: ['innodb_buffer_pool_size', 'key_buffer_size'],
  },
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
