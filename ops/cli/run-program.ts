import { CommanderError } from 'commander'
import { exitCodes } from './failure.ts'
import { createProgram } from './program.ts'
import { createRunCommand, type Surroundings } from './run.ts'
import type { ProgramParts } from './verbs.ts'

/**
 * Carries out the command line of this process. `serve`, `engines`: absent where there is no server to run. Leaves the exit code with the process, which
 * ends once all is written.
 */
export const runProgram = async ({
  environment,
  clone,
  serve,
  engines,
}: Pick<Surroundings, 'environment' | 'clone'> & Pick<ProgramParts, 'serve' | 'engines'>): Promise<void> => {
  const interrupted = new AbortController()
  const setExitCode = (code: number): void => {
    process.exitCode = code
  }
  const { stdout, stderr, stdin, env } = process
  const terminal = { stdout, stderr, stdin, isDumb: env.TERM === 'dumb' }
  const run = createRunCommand({ terminal, environment, clone, signal: interrupted.signal }, setExitCode)
  const program = createProgram({ run, serve, engines, setExitCode, print: (text) => stdout.write(`${text}\n`) })

  // Every command throws instead of ending the process, so that what was written is written out.
  const throwInstead = (command: typeof program): void => {
    command.exitOverride()
    command.commands.forEach(throwInstead)
  }
  throwInstead(program)

  stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `coffer events | head`: who read has gone.
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })

  try {
    if (process.argv[2] !== 'serve') process.once('SIGINT', () => interrupted.abort())
    await program.parseAsync()
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    setExitCode(error.exitCode === 0 ? exitCodes.done : exitCodes.refused)
  }
}
