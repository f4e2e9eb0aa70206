import type { ApiClient } from './api-client.ts'
import type { Output } from './output.ts'
import type { ClientEnvironment } from './settings.ts'
import type { Terminal } from './terminal.ts'

/** How the user calls this program, for hints that can be copied: npm tells when it was `npx coffer`. */
export const invocation = (environment: ClientEnvironment): string =>
  environment.npm_command === 'exec' ? 'npx coffer' : 'coffer'

/** A name as it stands in such a hint: a shell takes one with a space in it for two words. */
export const shellWord = (name: string): string => (/^[\w.-]+$/.test(name) ? name : `'${name}'`)

/** What a command works with. */
export type CliContext = {
  readonly api: ApiClient
  readonly output: Output
  readonly terminal: Terminal
  readonly environment: ClientEnvironment
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal
}
