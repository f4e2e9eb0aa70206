import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { refused, trouble } from './failure.ts'

export type ClientSettings = {
  /** Without a slash at its end. */
  readonly url: string
  readonly token: string
}

/** Files a server leaves in its data directory for clients of the same machine. */
export const adminTokenFile = 'admin-token'
export const urlFile = 'url'

export type ClientEnvironment = Readonly<Record<string, string | undefined>>

/**
 * Where the server is and who is asking: from `COFFER_URL` and `COFFER_TOKEN`, else from the data directory of a local server
 * (`COFFER_DATA_DIR`, else `./data`, else `data` beside the program). Throws `CliFailure` when there is no token to be had.
 */
export const readClientSettings = (environment: ClientEnvironment, programDir: string): ClientSettings => {
  const given = environment.COFFER_DATA_DIR
  const dataDirs = given ? [resolve(given)] : [resolve('data'), join(programDir, 'data')]
  const url = environment.COFFER_URL || localUrl(environment, dataDirs)
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw trouble('BAD_URL', `COFFER_URL is ${JSON.stringify(url)}: it must be a URL such as http://127.0.0.1:4000`)
  const token = environment.COFFER_TOKEN || localToken(dataDirs)
  // It would not get through a header, and the message about that would show it.
  if (!/^[!-~]+$/.test(token)) throw refused({ code: 'UNAUTHENTICATED', message: notAToken })
  return { url: url.replace(/\/+$/, ''), token }
}

const notAToken =
  'the token in COFFER_TOKEN or in the admin-token file is none: one has no spaces and no special characters'

const localUrl = (environment: ClientEnvironment, dataDirs: readonly string[]): string => {
  const { COFFER_HOST: host, COFFER_PORT: port } = environment
  const announced = host || port ? null : firstOf(dataDirs, urlFile)
  return announced ?? `http://${host || '127.0.0.1'}:${port || '4000'}`
}

const localToken = (dataDirs: readonly string[]): string => {
  // While the token is rotated, the file holds the new one first.
  const [token] = firstOf(dataDirs, adminTokenFile)?.split('\n') ?? []
  if (token !== undefined) return token.trim()
  const looked = [...new Set(dataDirs)].map((directory) => join(directory, adminTokenFile)).join(' and ')
  throw trouble(
    'NO_TOKEN',
    `no token: there is no ${looked}.\nIs the server running (npm start)? Elsewhere, set COFFER_URL and COFFER_TOKEN, or COFFER_DATA_DIR to its data directory.`,
  )
}

const firstOf = (directories: readonly string[], file: string): string | null => {
  for (const directory of directories) {
    const path = join(directory, file)
    try {
      return readFileSync(path, 'utf8').trim()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EACCES') {
        throw trouble(
          'NO_TOKEN',
          `${path} may only be read by the account that runs the server: set COFFER_TOKEN instead`,
        )
      }
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    }
  }
  return null
}

/** Where the client keeps the CA certificates of databases: the user's own data directory. */
export const clientDataDir = (environment: ClientEnvironment): string =>
  join(environment.XDG_DATA_HOME || join(environment.HOME || homedir(), '.local', 'share'), 'coffer')
