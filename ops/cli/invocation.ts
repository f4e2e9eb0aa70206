import { delimiter, dirname, join, relative, resolve } from 'node:path'
import type { ClientEnvironment } from './client-environment.ts'
import { shellWord } from './context.ts'

/**
 * How the user calls this program, for hints that can be copied. `npx coffer` would be none: outside of the clone, npx offers to run a package of
 * that name, which is not ours. `clone`: the one that the program runs from, null for the client that is installed alone.
 */
export const invocationOf = (environment: ClientEnvironment, clone: string | null, workingDir: string): string => {
  const isByNpx = environment.npm_command === 'exec'
  const given = environment._COFFER_INVOKED_AS || (isByNpx && clone !== null ? join(clone, 'coffer') : null)
  if (given === null) return 'coffer'
  const program = resolve(workingDir, given)
  const onPath = (environment.PATH ?? '').split(delimiter)
  // npx puts such directories on the path of what it runs, not of its user's shell.
  const ofUser = isByNpx ? onPath.filter((directory) => !directory.endsWith(join('node_modules', '.bin'))) : onPath
  if (ofUser.includes(dirname(program))) return 'coffer'
  return dirname(program) === workingDir ? `./${relative(workingDir, program)}` : shellWord(program)
}
