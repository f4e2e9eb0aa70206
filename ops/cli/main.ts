import { join } from 'node:path'
import { CommanderError } from 'commander'
import { exitCodes } from './failure.ts'
import { createProgram } from './program.ts'
import { createRunCommand } from './run.ts'

const interrupted = new AbortController()
const setExitCode = (code: number): void => {
  process.exitCode = code
}
const run = createRunCommand(
  {
    terminal: {
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: process.stdin,
      isDumb: process.env.TERM === 'dumb',
    },
    environment: process.env,
    programDir: join(import.meta.dirname, '..', '..'),
    signal: interrupted.signal,
  },
  setExitCode,
)
const program = createProgram({
  run,
  // Loaded only when it is asked for: a client command is done before a server would have started.
  serve: async (roles) => (await import('../serve.ts')).serve(roles),
  setExitCode,
  print: (text) => process.stdout.write(`${text}\n`),
})

// Every command throws instead of ending the process, so that what was written is written out.
const throwInstead = (command: typeof program): void => {
  command.exitOverride()
  command.commands.forEach(throwInstead)
}
throwInstead(program)

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
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
