import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { createPostgresqlDriver } from '../../../agent/engines/postgresql/driver.ts'
import { createEngineBench, type EngineBench } from '../../support/engine-bench.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

export { bound, isAlive } from '../../support/engine-bench.ts'

export type Bench = EngineBench<ReturnType<typeof createPostgresqlDriver>>

/** With what npm has installed and what Debian has. */
export const createBench = (): Promise<Bench> =>
  createEngineBench(() =>
    createPostgresqlDriver({
      searchPaths: {
        nodeModules: [join(import.meta.dirname, '../../../node_modules')],
        buildRoots: [],
        systemRoots: ['/usr/lib/postgresql'],
        binDirs: [],
      },
      ...quietKernel,
    }),
  )

export type Login = {
  readonly user: string
  readonly password: string
  readonly database: string
  readonly ssl?: pg.ClientConfig['ssl']
  readonly options?: string
}

/** A client as people have them: the network endpoint, TLS verified. */
export const connect = async (instance: EngineInstance, login: Login): Promise<pg.Client> => {
  const client = new pg.Client({
    host: instance.listen.address,
    port: instance.listen.port,
    ssl: { ca: await readFile(instance.tls.ca, 'utf8') },
    ...login,
  })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Runs one statement as a client and ends the connection. */
export const query = async (
  instance: EngineInstance,
  login: Login,
  text: string,
): Promise<Record<string, unknown>[]> => {
  const client = await connect(instance, login)
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

/** What a superuser sees over the socket. */
export const inspect = async (instance: EngineInstance, text: string, database = 'postgres') => {
  const client = new pg.Client({ host: instance.runDir, port: instance.listen.port, user: 'postgres', database })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}
