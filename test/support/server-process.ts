import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePortRange } from './free-ports.ts'

const programDir = fileURLToPath(new URL('../..', import.meta.url))
/** What `npm start` runs. */
const serverProgram = join(programDir, 'ops', 'main.ts')
const startPatienceMs = 60_000
const stopPatienceMs = 60_000

export type Environment = Readonly<Record<string, string>>

export type ServerOptions = {
  readonly dataDir: string
  readonly env?: Environment
  /** Arguments of the program, such as `--role`, `agent`. */
  readonly args?: readonly string[]
  /** Instead of the program that `npm start` runs. */
  readonly program?: string
  /** The account to run as; only root can choose. */
  readonly as?: { readonly uid: number; readonly gid: number }
  /** A command that runs the one given to it, such as `unshare --mount`. */
  readonly within?: readonly string[]
}

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** A server as people run it: a process with an environment, signals and output. */
export type ServerProcess = {
  readonly pid: number
  readonly dataDir: string
  /** Where it answers: the API, where it has one, probes and metrics. */
  readonly url: string
  readonly adminToken: string
  /** All it has written to standard output and standard error so far. */
  readonly output: () => string
  readonly ended: Promise<Ended>
  /** Asks it to stop, as Ctrl-C does, and waits until it has. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>
  /** As `kill -9` does. */
  readonly kill: () => Promise<void>
}

type Run = { readonly child: ChildProcess; readonly output: () => string; readonly ended: Promise<Ended> }

/** Those of the engines of one test file. */
const ports = await freePortRange(24)
export const firstEnginePort = ports.first

/** The environment of a program under test: nothing of the one that runs the tests but what programs, and their compiled code, are found by. */
export const cleanEnvironment = (dataDir: string, env: Environment = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  // As `npm start` and `npm test` set it: a server then starts in two thirds of the time.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  // The client keeps certificates there.
  HOME: join(dirname(dataDir), 'home'),
  COFFER_DATA_DIR: dataDir,
  ...env,
})

const run = ({ dataDir, env, args = [], program = serverProgram, as, within = [] }: ServerOptions): Run => {
  const environment = cleanEnvironment(dataDir, {
    COFFER_PORT: '0',
    COFFER_LOG_FORMAT: 'json',
    COFFER_LOG_LEVEL: 'debug',
    // Those tests that need one say so.
    COFFER_FETCH_ENGINES: 'none',
    COFFER_ENGINE_PORTS: `${ports.first}-${ports.last}`,
    ...env,
  })
  const [command = '', ...rest] = [
    ...within,
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    program,
    ...args,
  ]
  const child = spawn(command, rest, { env: environment, stdio: ['ignore', 'pipe', 'pipe'], cwd: programDir, ...as })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal }))
  return { child, output: () => output, ended }
}

const greeting = /Coffer (?:is ready at|runs as .*; probes and metrics:) ([^\s"]+)["\s]/

/** Starts a server and waits until it says that it is ready. Throws, with its output, when it ends instead. */
export const startServer = async (options: ServerOptions): Promise<ServerProcess> => {
  const { dataDir } = options
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o700 })
  const { child, output, ended } = run(options)
  const greeted = new Promise<string>((resolve) => {
    child.stdout?.on('data', () => {
      const found = greeting.exec(output())
      if (found) resolve(found[1] ?? '')
    })
  })
  const first = await within(startPatienceMs, Promise.race([greeted, ended]))
  if (typeof first !== 'string') {
    child.kill('SIGKILL')
    throw new Error(`the server did not start: ${JSON.stringify(first)}\n${output()}`)
  }
  return {
    pid: child.pid ?? 0,
    dataDir,
    url: first,
    adminToken:
      options.env?.COFFER_ADMIN_TOKEN ?? tokenIn(options.env?.COFFER_ADMIN_TOKEN_FILE ?? join(dataDir, 'admin-token')),
    output,
    ended,
    stop: async (signal = 'SIGINT') => {
      child.kill(signal)
      const result = await within(stopPatienceMs, ended)
      if (result) return result
      child.kill('SIGKILL')
      throw new Error(`the server did not stop\n${output()}`)
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Empty where no API has been. */
const tokenIn = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '')

/** Starts a server that is expected to refuse: how it ended and what it said. */
export const startRefusedServer = async (
  options: ServerOptions,
): Promise<Ended & { readonly output: string; readonly stderr: string }> => {
  const { child, output, ended } = run(options)
  let stderr = ''
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  const result = await within(startPatienceMs, ended)
  child.kill('SIGKILL')
  if (!result) throw new Error(`the server did not end\n${output()}`)
  return { ...result, output: output(), stderr }
}

/** The value, or null when it takes longer. */
const within = async <T>(timeoutMs: number, value: Promise<T>): Promise<T | null> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs)
  })
  try {
    return await Promise.race([value, late])
  } finally {
    clearTimeout(timer)
  }
}
