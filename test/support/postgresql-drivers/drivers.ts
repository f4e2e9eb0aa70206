import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { fetchWith } from '../fetch-once.ts'
import { whyNoJava } from '../kafka/distribution.ts'
import { pip, type Tool, tool } from '../postgresql-tools/tools.ts'

/** `connection`: what the driver takes, a URI or a URL for JDBC; empty: all is in the environment. */
export type Login = { readonly connection: string; readonly password?: string }

/** A driver of another language, by a program that logs in by it. */
export type Driver = {
  readonly name: string
  /** `parts`: no text at all; the test's program takes a URI apart, and nothing of the environment. */
  readonly takes: 'uri' | 'jdbc' | 'parts'
  /** Whether it reads back the `:` and the `\\` that stand escaped in a line of `~/.pgpass`. */
  readonly readsEscapes: boolean
  /** Fetches and builds it where it is not there yet. */
  readonly prepare: () => Promise<Tool>
  /** What the query answers in a session of each login, or a line that begins with `error:`. */
  readonly logIn: (
    tool: { readonly path: string },
    query: string,
    logins: readonly Login[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<readonly string[]>
}

const here = import.meta.dirname
const base64 = (value: string): string => Buffer.from(value).toString('base64')

const runLogins = async (
  [command, ...args]: readonly [string, ...string[]],
  logins: readonly Login[],
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> => {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(command, args, {
    env: { PATH, HOME, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {})
  child.stdin.end(
    logins.map(({ connection, password = '' }) => `${base64(connection)}\t${base64(password)}\n`).join(''),
  )
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const answers = stdout.split('\n').slice(0, -1)
  if (answers.length !== logins.length) throw new Error(`${command} answered ${answers.length} logins: ${stderr}`)
  return answers
}

const python = (name: string, takes: Driver['takes'] = 'uri'): Driver => ({
  name,
  takes,
  readsEscapes: name !== 'asyncpg',
  prepare: () =>
    tool('python-drivers-1', ['python3', '-m', 'pip', '--version'], (draft) =>
      pip(draft, 'psycopg[binary]==3.2.10', 'psycopg2-binary==2.9.13', 'asyncpg==0.32.0', 'pg8000==1.31.6'),
    ),
  logIn: ({ path }, query, logins, env) => {
    const environment = { ...env, PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' }
    return runLogins(['python3', join(here, 'log-in.py'), name, query], logins, environment)
  },
})

const pgjdbc = (version: string): Driver => ({
  name: `pgjdbc ${version}`,
  takes: 'jdbc',
  readsEscapes: true,
  prepare: async () => {
    const noJava = await whyNoJava()
    if (noJava !== null) return { missing: noJava }
    return tool(`pgjdbc-${version}`, ['mvn', '-v'], (draft) =>
      fetchWith('mvn', [
        ...['-q', '-B', '-f', join(here, 'pgjdbc', 'pom.xml'), 'dependency:copy-dependencies'],
        ...[`-DoutputDirectory=${draft}`, `-Dpgjdbc.version=${version}`],
      ]),
    )
  },
  logIn: ({ path }, query, logins, env = {}) =>
    runLogins(['java', '-cp', `${path}/*`, join(here, 'pgjdbc', 'LogIn.java'), query], logins, env),
})

const leastGo = 25

/** Null if the Go on the path is new enough for go.mod. */
const whyNoGo = async (): Promise<string | null> => {
  const go = await promisify(execFile)('go', ['env', 'GOVERSION']).catch(() => null)
  const minor = Number(/^go1\.(\d+)/.exec(go?.stdout ?? '')?.[1] ?? 0)
  return minor < leastGo ? `needs Go 1.${leastGo} or later` : null
}

const pgx: Driver = {
  name: 'pgx',
  takes: 'uri',
  readsEscapes: true,
  prepare: async () => {
    const noGo = await whyNoGo()
    if (noGo !== null) return { missing: noGo }
    const sources = ['main.go', 'go.mod', 'go.sum'].map((name) => readFileSync(join(here, 'pgx', name)))
    const version = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 12)
    return tool(`pgx-${version}`, ['go', 'version'], (draft) =>
      fetchWith('go', ['build', '-C', join(here, 'pgx'), '-trimpath', '-o', join(draft, 'log-in'), '.']),
    )
  },
  logIn: ({ path }, query, logins, env = {}) => runLogins([join(path, 'log-in'), query], logins, env),
}

/** pgjdbc twice: 42.7.3 is the last that refuses what SASLprep refuses. */
export const drivers: readonly Driver[] = [
  python('psycopg'),
  python('psycopg2'),
  python('asyncpg'),
  python('pg8000', 'parts'),
  pgjdbc('42.7.3'),
  pgjdbc('42.7.14'),
  pgx,
]
