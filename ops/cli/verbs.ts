import type { Command } from 'commander'
import type { LoadEngines } from './commands/engines.ts'
import type { RunCommand } from './run.ts'

export type ProgramParts = {
  readonly run: RunCommand
  /** Runs a server in this process until it is told to stop; answers its exit code. Absent where there is none to run. */
  readonly serve?: ((roles: string | undefined) => Promise<number>) | undefined
  /** Absent where no agent could run. */
  readonly engines?: LoadEngines | undefined
  readonly setExitCode: (code: number) => void
  readonly print: (text: string) => void
}

/** Adds what the command line can do with one noun. */
export type Verbs = (program: Command, parts: ProgramParts) => void
