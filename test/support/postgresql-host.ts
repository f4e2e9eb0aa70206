import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { EngineDriver } from '../../agent/engines/engine.ts'
import { createPostgresqlDriver } from '../../agent/engines/postgresql/driver.ts'
import type { GuestPayload } from '../../domain/guest/command.ts'
import type { HostDescription } from '../../domain/host/events.ts'
import { quietKernel } from './quiet-kernel.ts'

/** For the PostgreSQL that npm carries. */
export const createNpmPostgresqlDriver = (): EngineDriver =>
  createPostgresqlDriver({
    searchPaths: {
      nodeModules: [join(import.meta.dirname, '../../node_modules')],
      buildRoots: [],
      systemRoots: [],
      binDirs: [],
    },
    ...quietKernel,
  })

/** Asks for the newest PostgreSQL of the host. */
export const postgresqlRunning = ({ engines }: HostDescription, generation: number): GuestPayload => ({
  kind: 'engine-running',
  generation,
  spec: {
    datastore: 'postgresql',
    version: engines[0]?.version ?? '',
    // The flavor's brand is put on by the schema when the command is sent.
    flavor: 'small' as never,
    vcpus: 1,
    memoryMiB: 256,
    volumeGiB: 1,
  },
})

/** A session as the engine's superuser over the socket that its pid file names. The caller ends it. */
export const superuserOf = async (dataDir: string): Promise<pg.Client> => {
  // The lines of the file: src/include/utils/pidfile.h.
  const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
  const client = new pg.Client({ host: lines[4], port: Number(lines[3]), user: 'postgres', database: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  return client
}
