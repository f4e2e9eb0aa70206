import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { shellWord } from './context.ts'
import type { ClientEnvironment } from './settings.ts'

/**
 * How the user calls this program, for hints that can be copied. `npx coffer` would be none: outside of the clone, npx offers to run a package of
 * that name, which is not ours.
 */
export const invocationOf = (environment: ClientEnvironment, programDir: string, workingDir: string): string => {
  const given =
    environment._COFFER_INVOKED_AS || (environment.npm_command === 'exec' ? join(programDir, 'coffer') : null)
  if (given === null) return 'coffer'
  const program = resolve(workingDir, given)
  const isOnPath = (environment.PATH ?? '').split(delimiter).includes(dirname(program))
  if (isOnPath) return 'coffer'
  return dirname(program) === workingDir ? `./${relative(workingDir, program)}` : shellWord(program)
}
