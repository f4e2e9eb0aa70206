import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { librariesOf } from '../builds/builds.ts'
import type { Installation, Owner } from './engine.ts'

export type ProgramRun = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }

/**
 * The programs' whole environment: nothing of the agent's own reaches them, and their messages are English whatever the
 * host speaks.
 */
export const programEnvironment: Readonly<Record<string, string>> = { LC_ALL: 'C', PATH: '/usr/bin:/bin', TZ: 'UTC' }

/** The same for the programs of an installation, which find the libraries that were fetched with them. */
export const environmentOf = (installation: Programs): typeof programEnvironment =>
  installation.source === 'fetched'
    ? { ...programEnvironment, LD_LIBRARY_PATH: librariesOf(prefixOf(installation)) }
    : programEnvironment

type Programs = Pick<Installation, 'source' | 'binDir' | 'prefix'>

export const prefixOf = ({ binDir, prefix }: Omit<Programs, 'source'>): string => prefix ?? dirname(binDir)

/**
 * Runs an engine's program to its end, as `owner`, with `input` as its standard input. Resolves also when it fails
 * (`exitCode` is null when a signal ended it). Rejects when it cannot be started, and with the signal's reason after
 * ending it when `signal` aborts.
 */
export const runProgram = async (
  command: string,
  args: readonly string[],
  options: {
    owner: Owner
    signal: AbortSignal
    input?: string
    env?: Readonly<Record<string, string>>
    /** What the program takes for its own name. */
    argv0?: string
  },
): Promise<ProgramRun> => {
  options.signal.throwIfAborted()
  const child = spawn(command, args, {
    // The agent's own directory may be closed to the owner, which initdb takes for an error.
    cwd: '/',
    env: options.env ?? programEnvironment,
    // A process group of its own: initdb's children have to end with it.
    detached: true,
    ...(options.argv0 !== undefined && { argv0: options.argv0 }),
    ...(options.owner === null ? {} : { uid: options.owner.uid, gid: options.owner.gid }),
  })
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  }
  options.signal.addEventListener('abort', end, { once: true })
  try {
    const exitCode = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    // A program that ends before it has read its input closes the pipe; its exit code tells more than that.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input)
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exitCode])
    options.signal.throwIfAborted()
    return { exitCode: code, stdout, stderr }
  } finally {
    options.signal.removeEventListener('abort', end)
  }
}
