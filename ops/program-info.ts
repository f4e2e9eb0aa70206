import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The directory of package.json. */
export const programDir = join(import.meta.dirname, '..')

export const programVersion = (
  JSON.parse(readFileSync(join(programDir, 'package.json'), 'utf8')) as { version: string }
).version
