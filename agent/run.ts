import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** A system tool ended with a failure. `exitCode` is null when a signal ended it or it could not be started at all. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
  readonly command: string
  readonly exitCode: number | null
  readonly stderr: string
  /** `ENOENT` when the tool is not installed. */
  readonly code: string | undefined
  constructor(command: string, exitCode: number | null, code: string | undefined, stderr: string) {
    super(`${command} failed (${code ?? exitCode ?? 'killed'}): ${stderr.trim() || 'it said nothing'}`)
    this.command = command
    this.exitCode = exitCode
    this.code = code
    this.stderr = stderr
  }
}

/** Where system tools are; an agent started by hand often lacks the `sbin` directories. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export type Run = (
  command: string,
  args: readonly string[],
  signal: AbortSignal,
  env?: Readonly<Record<string, string>>,
) => Promise<string>

/**
 * Runs a system tool, in the C locale, and answers its standard output. Throws `CommandFailed`, or the signal's reason. Either way the
 * tool has ended by then: one that was told to end could else still mount what is being put away.
 *
 * It has a session of its own: the Ctrl-C that ends the agent in order would reach the tool, too, and what it was used for would fail
 * instead of going on at the next start.
 */
export const run: Run = async (command, args, signal, env = {}) => {
  signal.throwIfAborted()
  const child = spawn(command, args, {
    cwd: '/',
    env: { PATH: searchPath, LC_ALL: 'C', ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = (): void => {
    child.kill()
  }
  signal.addEventListener('abort', end, { once: true })
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(new CommandFailed(command, null, error.code, error.message)),
      )
      child.once('close', resolve)
    })
    const [exitCode, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
    signal.throwIfAborted()
    if (exitCode === 0) return stdout
    throw new CommandFailed(command, exitCode, undefined, stderr)
  } finally {
    signal.removeEventListener('abort', end)
  }
}
