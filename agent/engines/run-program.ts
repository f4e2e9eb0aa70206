import { spawn } from 'node:child_process'
import { basename, dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
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

type ProgramOptions = {
  readonly owner: Owner
  readonly signal: AbortSignal
  readonly env?: Readonly<Record<string, string>>
  /** What the program takes for its own name. */
  readonly argv0?: string
}

/**
 * Runs an engine's program to its end, as `owner`, with `input` as its standard input. Resolves also when it fails
 * (`exitCode` is null when a signal ended it). Rejects when it cannot be started, with what `input` throws, and with the signal's reason after
 * ending it when `signal` aborts.
 */
export const runProgram = async (
  command: string,
  args: readonly string[],
  { input, ...options }: ProgramOptions & { readonly input?: string | AsyncIterable<Uint8Array> },
): Promise<ProgramRun> => {
  const program = startProgram(command, args, options)
  try {
    const { child, stderr: told, ended } = program
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), told, ended, feed(child, input)])
    options.signal.throwIfAborted()
    return { exitCode, stdout, stderr }
  } finally {
    program.end()
  }
}

/**
 * The standard output of an engine's program, as it comes. Throws `ProgramFailed` at its end where the program failed, and otherwise as `runProgram`. The program
 * is ended where the reader gives up.
 */
export const outputOf = async function* (
  command: string,
  args: readonly string[],
  options: ProgramOptions,
): AsyncGenerator<Uint8Array> {
  const program = startProgram(command, args, options)
  try {
    program.child.stdin.end()
    yield* program.child.stdout as AsyncIterable<Uint8Array>
    const [stderr, exitCode] = await Promise.all([program.stderr, program.ended])
    options.signal.throwIfAborted()
    if (exitCode !== 0) throw new ProgramFailed(command, exitCode, stderr)
  } finally {
    program.end()
  }
}

/** `stderr` is the program's own and stays on the host. */
export class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed'
  readonly stderr: string
  constructor(command: string, exitCode: number | null, stderr: string) {
    super(`${basename(command)} ended with exit code ${exitCode ?? 'none'}`)
    this.stderr = stderr
  }
}

/** Of what a program tells of itself, its end says why it failed. */
const toldCharacters = 64 * 1024

const startProgram = (command: string, args: readonly string[], { owner, signal, env, argv0 }: ProgramOptions) => {
  signal.throwIfAborted()
  const child = spawn(command, args, {
    // The agent's own directory may be closed to the owner, which initdb takes for an error.
    cwd: '/',
    env: env ?? programEnvironment,
    // A process group of its own: initdb's children have to end with it.
    detached: true,
    ...(argv0 !== undefined && { argv0 }),
    ...(owner === null ? {} : { uid: owner.uid, gid: owner.gid }),
  })
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  }
  signal.addEventListener('abort', kill, { once: true })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  // Who gives up before its end does not ask how it ended.
  ended.catch(() => undefined)
  // A program that ends before it has read its input closes the pipe; its exit code tells more than that.
  child.stdin.on('error', () => undefined)
  return {
    child,
    ended,
    stderr: endOf(child.stderr).catch(() => ''),
    end: () => {
      signal.removeEventListener('abort', kill)
      kill()
    },
  }
}

const endOf = async (told: AsyncIterable<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder()
  let last = ''
  for await (const chunk of told) last = `${last}${decoder.decode(chunk, { stream: true })}`.slice(-toldCharacters)
  return last
}

const feed = async (
  { stdin }: ReturnType<typeof startProgram>['child'],
  input: string | AsyncIterable<Uint8Array> | undefined,
): Promise<void> => {
  if (input === undefined || typeof input === 'string') return void stdin.end(input)
  let failure: { readonly error: unknown } | null = null
  const watched = async function* () {
    try {
      yield* input
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  await pipeline(watched(), stdin).catch(() => {
    if (failure) throw failure.error
  })
}
