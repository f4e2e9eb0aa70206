import type { ApiClient } from './api-client.ts'
import type { ClientEnvironment } from './client-environment.ts'
import type { Output } from './output.ts'
import type { Terminal } from './terminal.ts'

/** A name as it stands in such a hint: a shell takes one with a space in it for two words. */
export const shellWord = (name: string): string =>
  /^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`

/** What a command works with. */
export type CliContext = {
  readonly api: ApiClient
  readonly output: Output
  readonly terminal: Terminal
  readonly environment: ClientEnvironment
  /** The clone that the program runs from; null for the client that is installed alone. */
  readonly clone: string | null
  /** How the user calls this program, for hints that can be copied. */
  readonly invocation: string
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal
}
