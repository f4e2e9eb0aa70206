import { type ApiClient, createApiClient } from './api-client.ts'
import type { ClientEnvironment } from './client-environment.ts'
import type { CliContext } from './context.ts'
import { CliFailure, type ExitCode, exitCodes } from './failure.ts'
import { invocationOf } from './invocation.ts'
import { createOutput, type OutputFormat } from './output.ts'
import { readClientSettings } from './settings.ts'
import { stylesFor, type Terminal } from './terminal.ts'
import { printable } from './text.ts'

export type CommonOptions = { readonly output?: OutputFormat; readonly quiet?: boolean }

/** Runs one command's work, tells of its failure, and keeps the exit code. */
export type RunCommand = (options: CommonOptions, work: (context: CliContext) => Promise<void>) => Promise<void>

export type Surroundings = {
  readonly terminal: Terminal
  readonly environment: ClientEnvironment
  /** The clone that the program runs from; null for the client that is installed alone. */
  readonly clone: string | null
  readonly signal: AbortSignal
}

/** As shells have it: 128 and the number of SIGINT. */
const interruptedCode = 130

/** Codes whose sentence would read oddly with "refused" before it. */
const headings: Readonly<Partial<Record<ExitCode, string>>> = {
  [exitCodes.refused]: 'refused',
  [exitCodes.failed]: 'failed',
}

export const createRunCommand =
  ({ terminal, environment, clone, signal }: Surroundings, setExitCode: (code: number) => void): RunCommand =>
  async (options, work) => {
    const output = createOutput(options.quiet ? 'ids' : (options.output ?? 'table'), terminal)
    try {
      const invocation = invocationOf(environment, clone, process.cwd())
      let client: ApiClient | undefined
      await work({
        // Made when it is needed: a login has no server before.
        get api() {
          client ??= createApiClient(readClientSettings(environment, clone))
          return client
        },
        output,
        terminal,
        environment,
        clone,
        invocation,
        signal,
      })
    } catch (error) {
      if (signal.aborted) setExitCode(interruptedCode)
      // Whoever interrupts a command knows; what would be lost is shown all the same.
      if (signal.aborted && !(error instanceof CliFailure && error.result)) return
      if (!(error instanceof CliFailure)) throw error
      if (!signal.aborted) setExitCode(error.exitCode)
      const heading = headings[error.exitCode] ?? 'coffer'
      terminal.stderr.write(`${stylesFor(terminal.stderr).red(`${heading}:`)} ${printable(error.message)}\n`)
      await output.failure(error.failure, error.result)
    }
  }
