import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { adminTokenFile, urlFile } from '../config/shared-files.ts'
import type { ClientEnvironment, ClientSettings } from './client-environment.ts'
import { refused, trouble } from './failure.ts'
import { readProfile } from './profiles.ts'

/**
 * Where the server is and who is asking: from `COFFER_URL` and `COFFER_TOKEN`; else the profile of `COFFER_PROFILE`; else the data directory of a
 * local server (`COFFER_DATA_DIR`, else `./data`, else `data` in the clone); else the last server that was logged in to. Throws
 * `CliFailure` when there is no token to be had. `clone`: null for the client that is installed alone, which looks for no local server unless it is told
 * a data directory.
 */
export const readClientSettings = (environment: ClientEnvironment, clone: string | null): ClientSettings => {
  const { COFFER_URL: url, COFFER_TOKEN: token, COFFER_DATA_DIR: given } = environment
  const dataDirs = localDataDirs(environment, clone)
  const isLocal = !environment.COFFER_PROFILE && (given || firstOf(dataDirs, adminTokenFile) !== null)
  const profile = isLocal ? null : readProfile(environment)
  return checkedSettings({
    url: url || profile?.url || localUrl(environment, dataDirs),
    token: token || profile?.token || localToken(dataDirs),
  })
}

/** Where a server of this machine may have its data. */
export const localDataDirs = (
  { COFFER_DATA_DIR: given }: ClientEnvironment,
  clone: string | null,
): readonly string[] => {
  const ofClone = clone === null ? [] : [resolve('data'), join(clone, 'data')]
  return given ? [resolve(given)] : ofClone
}

/** Throws `CliFailure` for an address or a token that cannot be one. Nothing of the token is shown. */
export const checkedSettings = ({ url, token }: ClientSettings): ClientSettings => {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    const message = `${JSON.stringify(url)} is not the address of a server: it must be a URL such as http://127.0.0.1:4000`
    throw trouble('BAD_URL', message)
  }
  // It would not get through a header, and the message about that would show it.
  if (!/^[!-~]+$/.test(token)) throw refused({ code: 'UNAUTHENTICATED', message: notAToken })
  return { url: url.replace(/\/+$/, ''), token }
}

const notAToken = 'that is not a token: one has no spaces and no special characters'

const localUrl = (environment: ClientEnvironment, dataDirs: readonly string[]): string => {
  const { COFFER_HOST: host, COFFER_PORT: port } = environment
  const announced = host || port ? null : firstOf(dataDirs, urlFile)
  return announced ?? `http://${host || '127.0.0.1'}:${port || '4000'}`
}

const localToken = (dataDirs: readonly string[]): string => {
  // While the token is rotated, the file holds the new one first.
  const [token] = firstOf(dataDirs, adminTokenFile)?.split('\n') ?? []
  if (token !== undefined) return token.trim()
  if (dataDirs.length === 0) throw trouble('NO_TOKEN', `no token: ${elsewhere}.`)
  const looked = [...new Set(dataDirs)].map((directory) => join(directory, adminTokenFile)).join(' and ')
  throw trouble(
    'NO_TOKEN',
    `no token: there is no ${looked}.\nIs the server running (npm start)? Elsewhere, ${elsewhere}, or set COFFER_DATA_DIR to its data directory.`,
  )
}

const elsewhere = 'log in with "coffer login URL", or set COFFER_URL and COFFER_TOKEN'

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
