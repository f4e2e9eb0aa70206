import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { programDir } from '../../ops/program-info.ts'

const git = (...args: readonly string[]): Buffer =>
  execFileSync('git', ['-c', `safe.directory=${programDir}`, ...args], {
    cwd: programDir,
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  })

/** The commit of the last release: the one that put `graphql/released.graphql` there. Null where the history does not tell. */
export const releasedCommit = (): string | null => {
  try {
    const commit = git('log', '--format=%H', '-1', '--', 'graphql/released.graphql').toString().trim()
    const isShallow = git('rev-parse', '--is-shallow-repository').toString().trim() === 'true'
    return commit === '' || isShallow ? null : commit
  } catch {
    return null
  }
}

/** Whether that release had this file. */
export const hasFile = (commit: string, path: string): boolean => {
  try {
    git('cat-file', '-e', `${commit}:${path}`)
    return true
  } catch {
    return false
  }
}

/** Puts the program of a commit into a new directory, with the packages of this one. Gives the path of what `npm start` runs. */
export const checkOut = (commit: string, directory: string): string => {
  mkdirSync(directory, { recursive: true })
  execFileSync('tar', ['--extract', '--directory', directory], { input: git('archive', commit) })
  symlinkSync(join(programDir, 'node_modules'), join(directory, 'node_modules'))
  return join(directory, 'ops', 'main.ts')
}
