import { execFile } from 'node:child_process'
import type { Stats } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BuildRefused } from '../../engine-setup.ts'
import { hasCode } from '../../error-codes.ts'
import { parseServerVersion } from '../version.ts'

const run = promisify(execFile)

/**
 * Adds a build of PostgreSQL to those that an agent offers, and answers its version and directory. `archive`: a source archive as the PostgreSQL
 * project and distributions have it, which is compiled with the libraries of this machine; an archive of programs; or a jar that holds one. `root`:
 * where added builds are, one directory each. The build appears whole or not at all. Throws `BuildRefused`.
 */
export const addBuild = async (
  archive: string,
  root: string,
  say: (text: string) => void,
): Promise<{ readonly version: string; readonly directory: string }> => {
  await mkdir(root, { recursive: true, mode: 0o755 })
  // On the same file system, and passed over by agents.
  const draft = await mkdtemp(join(root, '.adding-'))
  try {
    const unpacked = await unpack(archive, join(draft, 'unpacked'))
    const build = (await isFile(join(unpacked, 'configure'))) ? await compile(unpacked, draft, say) : unpacked
    const version = await versionOf(build)
    const directory = join(root, version)
    if (await isDirectory(directory)) {
      throw new BuildRefused(`${directory} is there already: databases may run on it. Move it away to replace it`)
    }
    await chmod(build, 0o755)
    await rename(build, directory)
    return { version, directory }
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** Answers the directory that holds what the archive is for: itself, or the only one in it. */
const unpack = async (archive: string, directory: string): Promise<string> => {
  await mkdir(directory)
  if (!(await isFile(archive))) throw new BuildRefused(`there is no file ${archive}`)
  if (archive.endsWith('.jar')) {
    await program('unzip', ['-q', archive, '-d', directory])
    const inner = (await readdir(directory)).find((name) => /\.(txz|tar\.\w+)$/.test(name))
    if (inner === undefined) throw new BuildRefused(`${archive} holds no archive of programs`)
    return unpack(join(directory, inner), join(directory, 'programs'))
  }
  await program('tar', ['--extract', '--file', archive, '--directory', directory, '--no-same-owner'])
  const [only, ...others] = await readdir(directory)
  return only !== undefined && others.length === 0 ? join(directory, only) : directory
}

/** As Debian builds it, without the languages that run code outside of the database. */
const options = ['--with-ssl=openssl', '--with-icu', '--with-libxml', '--with-uuid=e2fs', '--disable-rpath']

const compile = async (source: string, draft: string, say: (text: string) => void): Promise<string> => {
  // The linker writes this into what it makes, so that a build finds its own libraries wherever it is moved.
  const env = { ...process.env, LD_RUN_PATH: '$ORIGIN/../lib:$ORIGIN:$ORIGIN/..' }
  say('compiling, which takes some minutes ...')
  await program('./configure', ['--prefix=/postgresql', ...options], { cwd: source, env })
  await program('make', ['--silent', `--jobs=${availableParallelism()}`, 'world-bin'], { cwd: source, env })
  await program('make', ['--silent', 'install-world-bin', `DESTDIR=${draft}`], { cwd: source, env })
  return join(draft, 'postgresql')
}

const versionOf = async (build: string): Promise<string> => {
  for (const name of ['postgres', 'initdb']) {
    if (!(await isFile(join(build, 'bin', name)))) throw new BuildRefused(`it has no bin/${name}`)
  }
  const { stdout } = await program(join(build, 'bin', 'postgres'), ['-V'])
  const version = parseServerVersion(stdout)
  if (version === null) throw new BuildRefused(`it calls itself ${JSON.stringify(stdout.trim())}: not a release`)
  return version
}

const maxBuffer = 64 * 1024 * 1024
const shownLines = 12

const program = async (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<{ readonly stdout: string }> => {
  try {
    return await run(command, args, { ...options, maxBuffer })
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string }
    if (code === 'ENOENT') throw new BuildRefused(`${command} is not installed`, { cause: error })
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-shownLines).join('\n')
    throw new BuildRefused(`${command} failed:\n${said}`, { cause: error })
  }
}

const isFile = async (path: string): Promise<boolean> => (await found(path))?.isFile() ?? false

const isDirectory = async (path: string): Promise<boolean> => (await found(path))?.isDirectory() ?? false

const found = (path: string): Promise<Stats | null> =>
  stat(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw new BuildRefused(`${path} cannot be looked at: ${String(error)}`, { cause: error })
  })
