import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { access, constants, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'

const run = promisify(execFile)
const fetchTimeoutMs = 300_000

/** How long a failed download is not tried again, by any process. */
const failureLastsMs = 600_000

/** Runs a package manager. Throws what `fetchOnce` expects. */
export const fetchWith = async (command: string, args: readonly string[]): Promise<void> => {
  await run(command, args, { timeout: fetchTimeoutMs })
}

/** Whether a program is here and answers. */
export const hasProgram = (command: string, ...args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  )

/** Where `fetchOnce` puts what has this name, and whether it is there. */
export const fetched = async (name: string): Promise<{ readonly path: string; readonly present: boolean }> => {
  const path = join(await cacheDirectory(), name)
  return { path, present: existsSync(path) }
}

/**
 * The folder of this name, filled once by `fetch` in a cache outside of the repository. Several processes may ask at the same time: the folder
 * appears whole, by a rename. Throws an error whose message is that of the program that fetched, in one line.
 */
export const fetchOnce = async (name: string, fetch: (draft: string) => Promise<void>): Promise<string> => {
  const { path, present } = await fetched(name)
  if (present) return path
  const failure = `${path}.failed`
  const failed = statSync(failure, { throwIfNoEntry: false })
  if (failed && Date.now() - failed.mtimeMs < failureLastsMs) throw new Error(await readFile(failure, 'utf8'))
  const draft = await mkdtemp(`${path}-fetching-`)
  try {
    await fetch(draft)
    await rename(draft, path)
  } catch (error) {
    if (existsSync(path)) return path
    const reason = firstError(error)
    await writeFile(failure, reason)
    throw new Error(reason, { cause: error })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return path
}

/** In the user's cache, or among the temporary files if that cannot be written. */
const cacheDirectory = async (): Promise<string> => {
  const wanted = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'coffer')
  try {
    await mkdir(wanted, { recursive: true })
    await access(wanted, constants.W_OK)
    return wanted
  } catch {
    const other = join(tmpdir(), `coffer-cache-${process.getuid?.() ?? 0}`)
    await mkdir(other, { recursive: true })
    return other
  }
}

const maxReasonCharacters = 300

/**
 * Maven writes its errors to standard output and ends them with advice; the first says what happened. Some versions reset colours before it even in
 * batch mode.
 */
const firstError = (error: unknown): string => {
  const { stdout = '', message = '' } = error as { readonly stdout?: string; readonly message?: string }
  const [, reason = message] = /^\[ERROR\] (\S.*)$/m.exec(stripVTControlCharacters(stdout)) ?? []
  return reason.replace(/\s+/g, ' ').slice(0, maxReasonCharacters)
}
