import { parseArgs } from 'node:util'
import { type RowName, rowNames } from './rows.ts'

/** `quick`: fewer and shorter runs, for trying things out. `directory`: where the data goes, on the disk that is to be measured. */
export type BenchOptions = {
  readonly rows: readonly RowName[]
  readonly quick: boolean
  readonly directory: string
}

/** Thrown for words that are not understood; the message says which would be. */
export class BadOptions extends Error {
  override readonly name = 'BadOptions'
}

/** Unlike /tmp, it is on a disk everywhere, and other accounts can reach what is below it. */
const standardDirectory = '/var/tmp'

export const parseOptions = (args: readonly string[]): BenchOptions => {
  const { only, quick, directory } = parse(args)
  const rows = only.map((name) => {
    const row = rowNames.find((known) => known === name)
    if (!row) throw new BadOptions(`there is no row "${name}" to measure; there is ${rowNames.join(', ')}`)
    return row
  })
  return { rows: rows.length === 0 ? rowNames : rows, quick, directory }
}

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        quick: { type: 'boolean', default: false },
        directory: { type: 'string', default: standardDirectory },
      },
    }).values
  } catch (error) {
    const usage = 'npm run bench -- [--only <row>]... [--quick] [--directory <dir>]'
    throw new BadOptions(`${(error as Error).message}\nusage: ${usage}`, { cause: error })
  }
}
