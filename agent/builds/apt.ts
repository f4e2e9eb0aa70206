import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { BuildRefused } from '../engines/engine-setup.ts'
import { CommandFailed, run } from '../run.ts'

/** `name`: of the package. `version`: as the distribution writes it, such as `1:10.11.19-0+deb12u1`. */
export type Package = { readonly name: string; readonly version: string; readonly bytes: number }

export type Apt = {
  /** The versions of a package that the sources of this system have, best first. */
  versionsOf(name: string): Promise<readonly string[]>
  /** These packages, and those that they need and this system lacks. */
  plan(names: readonly string[], version: string): Promise<readonly Package[]>
  /** Downloads them, as apt does: signatures and checksums are verified. Answers the files. */
  download(packages: readonly Package[]): Promise<readonly string[]>
}

/** How a network is reached that has a proxy. The system's own configuration of apt counts as well. */
const proxyVariables = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']

/**
 * The package manager of Debian and Ubuntu, with the sources and keys of this system and with lists of its own in `scratch`, so that it needs no
 * rights and changes nothing of the system. Reads the lists first, which takes seconds. All throw `BuildRefused` with what apt says.
 */
export const openApt = async (scratch: string, signal: AbortSignal): Promise<Apt> => {
  const [lists, cache, files] = [join(scratch, 'lists'), join(scratch, 'cache'), join(scratch, 'files')]
  for (const directory of [join(lists, 'partial'), join(cache, 'archives', 'partial'), files]) {
    await mkdir(directory, { recursive: true })
  }
  const options = [
    `Dir::State::lists=${lists}`,
    `Dir::Cache=${cache}`,
    // Root would fetch as an account that may not write here.
    'APT::Sandbox::User=root',
    'Debug::NoLocking=1',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
    'Acquire::https::Timeout=20',
  ].flatMap((option) => ['-o', option])
  const env = Object.fromEntries(
    proxyVariables.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const attempt = (program: string, args: readonly string[]): Promise<string> =>
    run(program, args, signal, env).catch((error: unknown) => {
      signal.throwIfAborted()
      throw refused(error)
    })
  const ask = (program: string, ...args: readonly string[]): Promise<string> => attempt(program, [...options, ...args])

  // A source that does not answer matters only if a package is missing then, which is told next.
  await ask('apt-get', '-qq', 'update').catch((error: unknown) => {
    if (!(error instanceof BuildRefused) || error.cause === undefined) throw error
  })
  return {
    versionsOf: async (name) => parseVersions(await ask('apt-cache', 'madison', name)),
    plan: async (names, version) => {
      const wanted = names.map((name) => `${name}=${version}`)
      const choices = ['--reinstall', '--allow-downgrades', '--allow-change-held-packages', '--no-install-recommends']
      return parsePlan(await ask('apt-get', '-qq', '-y', ...choices, '--print-uris', 'install', ...wanted))
    },
    download: async (packages) => {
      const wanted = packages.map(({ name, version }) => `${name}=${version}`)
      // It puts them into the directory that it is started in.
      const script = 'cd "$1" && shift && exec "$@"'
      const command = ['apt-get', ...options, '-qq', 'download', ...wanted]
      await attempt('sh', ['-c', script, 'sh', files, ...command])
      return (await readdir(files)).map((name) => join(files, name))
    },
  }
}

const refused = (error: unknown): unknown => {
  if (!(error instanceof CommandFailed)) return error
  if (error.code === 'ENOENT') return new BuildRefused('this system has no apt-get, as Debian and Ubuntu have')
  const said = error.stderr.split('\n').find((line) => line.startsWith('E: ')) ?? error.message
  return new BuildRefused(said.replace(/^E: /, '').trim(), { cause: error })
}

/** Lines as `mariadb-server | 1:10.11.19-0+deb12u1 | <source>`; a version is there once for each source that has it. */
export const parseVersions = (madison: string): readonly string[] => [
  ...new Set(madison.split('\n').flatMap((line) => line.split('|')[1]?.trim() || [])),
]

/** Lines as `'<URI>' <name>_<version>_<architecture>.deb <bytes> <checksum>`, in which `%3a` stands for a colon. */
export const parsePlan = (uris: string): readonly Package[] =>
  uris.split('\n').flatMap((line) => {
    const [, name = '', version = '', bytes = ''] = /^'\S+' ([^_\s]+)_([^_\s]+)_\w+\.deb (\d+)/.exec(line) ?? []
    return name === '' ? [] : [{ name, version: decodeURIComponent(version), bytes: Number(bytes) }]
  })
