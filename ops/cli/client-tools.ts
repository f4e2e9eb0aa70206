import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type ClientEnvironment, clientDataDir } from './settings.ts'

const run = promisify(execFile)

/** A program of PostgreSQL on this machine. `major`: null when it does not tell its version. */
export type ClientTool = { readonly path: string; readonly major: number | null }

const majorOf = (version: string): number => Number.parseInt(version, 10)

/**
 * The psql for an engine of this version: the one of its own major version where there is one, in the client's own directory or where distributions
 * put it, else the one on the path. Null when there is none.
 */
export const findPsql = async (version: string, environment: ClientEnvironment): Promise<ClientTool | null> => {
  const major = majorOf(version)
  const ownDirectories = [
    join(clientDataDir(environment), 'postgresql', String(major), 'bin'),
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
  ]
  for (const path of ownDirectories.map((directory) => join(directory, 'psql'))) {
    if (await isExecutable(path)) return { path, major }
  }
  const onPath = (environment.PATH ?? '').split(':').map((directory) => join(directory || '.', 'psql'))
  for (const path of onPath) if (await isExecutable(path)) return { path, major: await askMajor(path) }
  return null
}

/** Where to get the tools of a version. pg_dump refuses an engine that is newer than itself; psql of an older version fails at some commands. */
export const howToGetClients = (version: string): string =>
  `Debian, Ubuntu: apt-get install postgresql-client-${majorOf(version)}; other ways are in docs/guides/postgresql-clients.md`

/** What to know about this psql with an engine of this version; null when it fits. */
export const adviceOn = ({ major }: ClientTool, version: string): string | null =>
  major === null || major >= majorOf(version)
    ? null
    : `psql is of version ${major} and the database of ${majorOf(version)}: some \\d commands may fail, and pg_dump ${major} cannot dump it. ${howToGetClients(version)}`

const askMajor = async (path: string): Promise<number | null> => {
  const printed = await run(path, ['--version']).catch(() => null)
  const [, major] = /\(PostgreSQL\) (\d+)/.exec(printed?.stdout ?? '') ?? []
  return major === undefined ? null : Number(major)
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
