import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stylesFor } from '../cli/terminal.ts'
import { programDir } from '../program-info.ts'

type Environment = Readonly<Record<string, string>>

/** What `-o json` answers, as far as the demo looks at it. */
export type JsonAnswer = {
  readonly id?: string
  readonly replayed?: boolean
  readonly secret?: string
  readonly credentials: readonly { readonly uri: string | null }[]
}

/** A server of the demo's own and the command line to it. Everything throws when the demo is interrupted. */
export type Stage = {
  readonly signal: AbortSignal
  readonly open: () => Promise<void>
  /** Deletes every instance, stops the server and removes its directory, whatever has happened. */
  readonly close: () => Promise<void>
  readonly tell: (text: string) => void
  readonly show: (text: string) => void
  /** Runs the client as a user would and shows what it prints. Throws when it ends with another exit code. */
  readonly coffer: (
    command: string,
    options?: { readonly exitCode?: number; readonly environment?: Environment },
  ) => Promise<void>
  /** The same for JSON, which is read instead of shown. */
  readonly read: (args: readonly string[], environment?: Environment) => Promise<JsonAnswer>
  readonly expect: (holds: unknown, what: string) => void
}

const startTimeoutMs = 60_000
const stopTimeoutMs = 60_000
const nodeArguments = ['--disable-warning=ExperimentalWarning']

export const createStage = async (signal: AbortSignal): Promise<Stage> => {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-demo-'))
  const dataDir = join(directory, 'data')
  const style = stylesFor(process.stdout)
  // Settings of the user's own server are not meant for this one.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('COFFER_'))
  const environment = {
    ...Object.fromEntries(inherited),
    COFFER_DATA_DIR: dataDir,
    COFFER_PORT: '0',
    COFFER_LOG_LEVEL: 'warn',
    COFFER_FETCH_ENGINES: 'none',
    XDG_DATA_HOME: directory,
  }
  let server: ChildProcess | null = null

  const show = (text: string): void => {
    process.stdout.write(`${text.trimEnd().replace(/^/gm, '  ')}\n`)
  }
  const expect = (holds: unknown, what: string): void => {
    if (!holds) throw new Error(`expected that ${what}`)
  }

  const run = (
    args: readonly string[],
    extra: Environment,
    output: 'shown' | 'read' | 'hidden',
  ): Promise<{ code: number; text: string }> =>
    new Promise((resolve, reject) => {
      const { COFFER_PORT: _port, ...clientEnvironment } = environment
      const child = spawn(process.execPath, [...nodeArguments, join(programDir, 'ops/cli/main.ts'), ...args], {
        env: { ...clientEnvironment, ...extra },
        stdio: ['ignore', output === 'shown' ? 'inherit' : 'pipe', output === 'hidden' ? 'ignore' : 'inherit'],
      })
      let text = ''
      child.stdout?.on('data', (chunk) => {
        text += chunk
      })
      child.once('error', reject)
      child.once('close', (code) => resolve({ code: code ?? 1, text }))
    })

  const open = async (): Promise<void> => {
    process.stdout.write(`${style.dim(`Starting a server on ${dataDir} ...`)}\n`)
    // A group of its own, so that Ctrl-C reaches the demo alone, which then cleans up through the server.
    server = spawn(process.execPath, [...nodeArguments, join(programDir, 'ops/main.ts')], {
      cwd: programDir,
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
    })
    const bound = AbortSignal.any([signal, AbortSignal.timeout(startTimeoutMs)])
    for (;;) {
      if (server.exitCode !== null) throw new Error('the server did not start')
      const url = await readFile(join(dataDir, 'url'), 'utf8').catch(() => null)
      if (url && (await fetch(`${url.trim()}/readyz`).catch(() => null))?.ok) return
      await delay(50, undefined, { signal: bound })
    }
  }

  const close = async (): Promise<void> => {
    if (server && server.exitCode === null) {
      await deleteInstances()
      const exited = new Promise((resolve) => server?.once('exit', resolve))
      server.kill('SIGTERM')
      await Promise.race([exited, delay(stopTimeoutMs, undefined, { ref: false })])
      if (server.exitCode === null) server.kill('SIGKILL')
    }
    await rm(directory, { recursive: true, force: true })
  }

  const deleteInstances = async (): Promise<void> => {
    const { code, text } = await run(['instance', 'list', '-o', 'json'], {}, 'hidden')
    if (code !== 0) return
    for (const { id, operation } of JSON.parse(text) as { id: string; operation: { id: string } | null }[]) {
      if (operation) {
        await run(['operation', 'cancel', operation.id], {}, 'hidden')
        await run(['operation', 'watch', operation.id], {}, 'hidden')
      }
      await run(['instance', 'delete', id, '--wait'], {}, 'hidden')
    }
  }

  return {
    signal,
    open,
    close,
    show,
    expect,
    tell: (text) => process.stdout.write(`\n${style.bold(text)}\n`),
    coffer: async (command, { exitCode = 0, environment: extra = {} } = {}) => {
      signal.throwIfAborted()
      process.stdout.write(`${style.green('$')} coffer ${command}\n`)
      const { code } = await run(command.split(' '), extra, 'shown')
      signal.throwIfAborted()
      expect(code === exitCode, `the exit code of "coffer ${command}" is ${exitCode}, not ${code}`)
    },
    read: async (args, extra = {}) => {
      signal.throwIfAborted()
      process.stdout.write(`${style.green('$')} coffer ${args.join(' ')}\n`)
      const { code, text } = await run(args, extra, 'read')
      signal.throwIfAborted()
      expect(code === 0, `"coffer ${args.join(' ')}" succeeds`)
      return JSON.parse(text) as JsonAnswer
    },
  }
}
