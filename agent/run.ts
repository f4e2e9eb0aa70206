import { execFile } from 'node:child_process'

/** A system tool ended with a failure. `exitCode` is null when a signal ended it or it could not be started at all. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly exitCode: number | null
  readonly stderr: string
  /** `ENOENT` when the tool is not installed. */
  readonly code: string | undefined
  constructor(command: string, exitCode: number | null, code: string | undefined, stderr: string) {
    super(`${command} failed (${code ?? exitCode ?? 'killed'}): ${stderr.trim() || 'it said nothing'}`)
    this.exitCode = exitCode
    this.code = code
    this.stderr = stderr
  }
}

/** Where system tools are; an agent started by hand often lacks the `sbin` directories. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const outputLimitBytes = 4 * 1024 * 1024

export type Run = (
  command: string,
  args: readonly string[],
  signal: AbortSignal,
  env?: Readonly<Record<string, string>>,
) => Promise<string>

/**
 * Runs a system tool, in the C locale, and answers its standard output. Throws `CommandFailed`, or the signal's reason. Either way the
 * tool has ended by then: one that was told to end could else still mount what is being put away.
 */
export const run: Run = (command, args, signal, env = {}) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const options = { signal, maxBuffer: outputLimitBytes, env: { PATH: searchPath, LC_ALL: 'C', ...env }, cwd: '/' }
    let settle = (): void => {}
    // Called when the signal aborts, or when the tool has closed its output: the latter is waited for.
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      settle = () => {
        if (!error) return resolve(stdout)
        if (signal.aborted) return reject(signal.reason)
        const exitCode = typeof error.code === 'number' ? error.code : null
        const code = typeof error.code === 'string' ? error.code : undefined
        reject(new CommandFailed(command, exitCode, code, stderr || error.message))
      }
    })
    child.once('close', () => settle())
  })
