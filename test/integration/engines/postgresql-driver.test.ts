import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { describeEngineDriver, type Login } from '../../contracts/engine-driver.contract.ts'
import { connect, createBench, query } from './bench.ts'

const loginOf = ({ user, password, database }: Login) => ({ user, password, database: database ?? 'postgres' })

describeEngineDriver('PostgreSQL', {
  missing: null,
  open: createBench,
  takesRestart: { larger: ['max_connections', 'shared_buffers'], smaller: ['max_connections', 'shared_buffers'] },
  client: {
    write: async (instance, login, text) => {
      await query(instance, loginOf(login), 'CREATE TABLE IF NOT EXISTS kept (text text)')
      await query(instance, loginOf(login), `INSERT INTO kept VALUES ('${text}')`)
    },
    count: async (instance, login) => {
      const [made] = await query(instance, loginOf(login), "SELECT to_regclass('kept') IS NOT NULL AS kept")
      if (made?.kept !== true) return 0
      const [row] = await query(instance, loginOf(login), 'SELECT count(*)::int AS n FROM kept')
      return Number(row?.n)
    },
    serialNumber: async (instance, login) => {
      let serialNumber = ''
      const ssl: ConnectionOptions = {
        ca: await readFile(instance.tls.ca, 'utf8'),
        checkServerIdentity: (_host, certificate) => {
          serialNumber = certificate.serialNumber
          return undefined
        },
      }
      const client = await connect(instance, { ...loginOf(login), ssl })
      await client.end()
      return serialNumber
    },
  },
})
