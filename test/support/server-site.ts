import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { removeDataDir } from './host-traces.ts'
import { type Cli, createCli } from './run-cli.ts'
import { type ServerOptions, type ServerProcess, startServer } from './server-process.ts'

export type ServerSite = {
  readonly directory: string
  readonly dataDir: string
  readonly cli: Cli
  readonly start: (options?: Omit<ServerOptions, 'dataDir'>) => Promise<ServerProcess>
  /** Kills those that still run, so that one test that fails does not fail the next ones. */
  readonly killServers: () => Promise<void>
}

/** A place for one server after the other, cleared after the last test of the file (or `describe`) with all that they have left. */
export const createServerSite = (label: string): ServerSite => {
  // Made by the first server: tests that are left out leave nothing behind.
  const directory = join(tmpdir(), `coffer-${label}-${randomBytes(4).toString('hex')}`)
  const dataDir = join(directory, 'data')
  const servers: ServerProcess[] = []
  const killServers = async () => {
    for (const server of servers.splice(0)) await server.kill()
  }
  afterAll(async () => {
    await killServers()
    await removeDataDir(dataDir)
    rmSync(directory, { recursive: true, force: true })
  })
  return {
    directory,
    dataDir,
    cli: createCli(dataDir),
    killServers,
    start: async (options = {}) => {
      const server = await startServer({ dataDir, ...options })
      servers.push(server)
      return server
    },
  }
}
