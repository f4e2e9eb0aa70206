import { readFileSync } from 'node:fs'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'

const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, PGSSLROOTCERT } = process.env
const [charType, textType] = [18, 25]

/** The engine asks catalogues for columns of type "char", which this adapter refuses on every server: it is told that they are texts. */
class Client extends pg.Client {
  query(...args) {
    const done = args.at(-1)
    if (typeof done !== 'function') return super.query(...args)
    return super.query(...args.slice(0, -1), (error, result) => {
      for (const field of result?.fields ?? []) if (field.dataTypeID === charType) field.dataTypeID = textType
      done(error, result)
    })
  }
}

export default {
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  experimental: { adapter: true },
  engine: 'js',
  adapter: async () =>
    new PrismaPg({
      ...{ host: PGHOST, port: Number(PGPORT), user: PGUSER, password: PGPASSWORD, database: PGDATABASE },
      ssl: { ca: readFileSync(PGSSLROOTCERT, 'utf8') },
      Client,
      // It drops the shadow database before it ends its sessions in it: PostgreSQL waits 5 s for those to end.
      idleTimeoutMillis: 500,
    }),
}
