import { execFile } from 'node:child_process'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { programDir, programVersion } from '../program-info.ts'

/** Packages are installed from the file alone: this name is in no registry, and `private` keeps it from getting into one by mistake. */
export const manifest = {
  name: '@coffer-dbaas/cli',
  version: programVersion,
  description: 'The command line of Coffer: databases for the asking',
  license: 'Apache-2.0',
  private: true,
  type: 'module',
  engines: { node: '>=20' },
  bin: { coffer: 'bin/coffer.mjs' },
} as const

/** What helps who has the package alone, at the paths that the program names. */
const documents = ['docs/guides/command-line.md', 'docs/guides/postgresql-clients.md']

/**
 * Makes the client package and answers the path of its file in `directory`, which exists: the command line as plain JavaScript for Node 20 and later,
 * with all that it needs in it, so that nothing else is installed with it. No server, no engine.
 */
export const packClient = async (directory: string): Promise<string> => {
  const draft = await mkdtemp(join(tmpdir(), 'coffer-client-'))
  try {
    await writePackage(draft)
    const { stdout } = await promisify(execFile)('npm', ['pack', '--silent', '--pack-destination', directory], {
      cwd: draft,
    })
    return join(directory, stdout.trim())
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

const writePackage = async (directory: string): Promise<void> => {
  const modules = await bundle(join(directory, 'bin'))
  await chmod(join(directory, 'bin', 'coffer.mjs'), 0o755)
  await writeFile(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await writeFile(join(directory, 'THIRD-PARTY-LICENSES'), await licencesOf(modules))
  await copyFile(join(import.meta.dirname, 'README.md'), join(directory, 'README.md'))
  await copyFile(join(programDir, 'LICENSE'), join(directory, 'LICENSE'))
  for (const document of documents) {
    await mkdir(join(directory, dirname(document)), { recursive: true })
    await copyFile(join(programDir, document), join(directory, document))
  }
}

/** Answers the paths of all modules that went in. */
const bundle = async (directory: string): Promise<readonly string[]> => {
  const build = await rolldown({
    input: { coffer: join(programDir, 'ops', 'cli', 'client.ts') },
    platform: 'node',
    transform: { target: 'node20' },
  })
  const { output } = await build.write({
    dir: directory,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name].mjs',
    banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env node' : ''),
    comments: false,
  })
  await build.close()
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
}

const packages = `${sep}node_modules${sep}`

/** The licences of the packages that these modules are of. */
const licencesOf = async (modules: readonly string[]): Promise<string> => {
  const inPackages = modules.filter((path) => path.includes(packages))
  const directories = new Set(
    inPackages.map((path) => {
      const start = path.lastIndexOf(packages) + packages.length
      const [first = '', second = ''] = path.slice(start).split(sep)
      return path.slice(0, start) + (first.startsWith('@') ? join(first, second) : first)
    }),
  )
  const texts = [...directories].sort().map(async (path) => {
    const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'))
    const text = await readFile(join(path, 'LICENSE'), 'utf8').catch(() => readFile(join(path, 'license'), 'utf8'))
    return `${name} ${version} (${license})\n\n${text.trim()}\n`
  })
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`)
}
