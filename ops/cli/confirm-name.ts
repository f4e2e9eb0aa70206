import { createInterface } from 'node:readline/promises'
import type { CliContext } from './context.ts'
import { refused } from './failure.ts'

/**
 * Asks a person at a terminal to type the name before something is done for good. Without a terminal there is nobody to ask: a script means what it says. Throws
 * `NOT_CONFIRMED`. `what`: a sentence. `otherwise`: what is said when it was not confirmed.
 */
export const confirmName = async (
  context: CliContext,
  name: string,
  what: string,
  otherwise: string,
): Promise<void> => {
  const { stdin, stderr } = context.terminal
  if (!stdin.isTTY || !stderr.isTTY) return
  const lines = createInterface({ input: stdin, output: stderr })
  try {
    const answer = await lines.question(`${what} Type its name to go on: `, { signal: context.signal })
    if (answer.trim() === name) return
    throw refused({ code: 'NOT_CONFIRMED', message: `${otherwise}: "${answer.trim()}" is not its name` })
  } finally {
    lines.close()
  }
}
