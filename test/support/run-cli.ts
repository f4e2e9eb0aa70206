import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment, type Environment } from './server-process.ts'

const client = fileURLToPath(new URL('../../ops/cli/main.ts', import.meta.url))

export type CliResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

export type Cli = {
  /** Runs `coffer` with these arguments to its end. */
  (args: readonly string[], options?: { readonly env?: Environment; readonly input?: string }): Promise<CliResult>
  /** The same with `-o json`, and what it printed. Throws unless it ended with this exit code. */
  readonly json: <Value = Record<string, unknown>>(args: readonly string[], expectedCode?: number) => Promise<Value>
  /** Runs it until it is ended; `lines` are those of its standard output so far. */
  readonly follow: (args: readonly string[]) => {
    readonly lines: () => readonly string[]
    readonly interrupt: () => Promise<number | null>
  }
}

/** The command line client, on the machine of the server with this data directory. */
export const createCli = (dataDir: string): Cli => {
  const start = (args: readonly string[], env?: Environment) =>
    spawn(process.execPath, ['--disable-warning=ExperimentalWarning', client, ...args], {
      env: cleanEnvironment(dataDir, env),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  const coffer = async (
    args: readonly string[],
    { env, input = '' }: { readonly env?: Environment; readonly input?: string } = {},
  ): Promise<CliResult> => {
    const child = start(args, env)
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += chunk))
    child.stderr.on('data', (chunk) => (stderr += chunk))
    // One that ends without reading its input closes the pipe; what it ended with tells more.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    const [code] = await once(child, 'close')
    return { code, stdout, stderr }
  }
  return Object.assign(coffer, {
    json: async <Value>(args: readonly string[], expectedCode = 0): Promise<Value> => {
      const { code, stdout, stderr } = await coffer([...args, '-o', 'json'])
      if (code !== expectedCode) throw new Error(`coffer ${args.join(' ')} ended with ${code}:\n${stderr}\n${stdout}`)
      // Of whatever command it was: the test knows its shape.
      return JSON.parse(stdout) as Value
    },
    follow: (args: readonly string[]) => {
      const child = start(args)
      let stdout = ''
      child.stdout.on('data', (chunk) => (stdout += chunk))
      const closed = once(child, 'close')
      return {
        lines: () => stdout.split('\n').slice(0, -1),
        interrupt: async (): Promise<number | null> => {
          child.kill('SIGINT')
          const [code] = await closed
          return code
        },
      }
    },
  })
}
