import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The directory of package.json. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Says one line on standard error and ends the process: for what keeps the program from starting at all. */
export const giveUp = (message) => {
  process.stderr.write(`coffer: ${message}\n`)
  process.exit(1)
}
