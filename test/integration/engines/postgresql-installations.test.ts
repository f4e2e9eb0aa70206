import { execFile } from 'node:child_process'
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgresqlDriver } from '../../../agent/engines/postgresql/driver.ts'
import type { SearchPaths } from '../../../agent/engines/postgresql/setup/discover.ts'
import { hydrateSymlinks } from '../../../agent/engines/postgresql/setup/hydrate-symlinks.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { type Bench, bound, createBench } from './bench.ts'

const run = promisify(execFile)
const packageName = `postgresql-17.10-linux-${process.arch}`
const nodeModules = join(import.meta.dirname, '../../../node_modules')

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterAll(() => bench.close())

/** The package as `npm install --ignore-scripts` leaves it. */
const packageWithoutLinks = async (name: string): Promise<string> => {
  const packageDir = join(bench.directory, name, packageName)
  await mkdir(join(bench.directory, name))
  await run('cp', ['-a', join(nodeModules, packageName), packageDir])
  for (const link of await linksOf(packageDir)) await rm(join(packageDir, link.target), { force: true })
  return packageDir
}

const linksOf = async (packageDir: string): Promise<{ source: string; target: string }[]> =>
  JSON.parse(await readFile(join(packageDir, 'native/pg-symlinks.json'), 'utf8'))

const fakeEngine = async (root: string, major: string, script: string): Promise<void> => {
  const bin = join(root, major, 'bin')
  await mkdir(bin, { recursive: true })
  for (const program of ['postgres', 'initdb']) {
    await writeFile(join(bin, program), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, program), 0o755)
  }
}

const probe = async (searchPaths: Partial<SearchPaths>) => {
  const warnings: string[] = []
  const warn = (details: object, message: string) => warnings.push(`${message} ${JSON.stringify(details)}`)
  const driver = createPostgresqlDriver({
    searchPaths: { nodeModules: [], buildRoots: [], systemRoots: [], binDirs: [], ...searchPaths },
    ...quietKernel,
    log: { ...quietKernel.log, warn },
  })
  return { found: await driver.probe(bound()), warnings }
}

describe('probing for PostgreSQL', () => {
  it('finds the versions that npm carries, newest first, by number and not by letter', async () => {
    const carried = (await bench.installations()).filter(({ source }) => source === 'npm')
    expect(carried.map(({ version }) => version)).toEqual(['18.4', '17.10', '17.9'])
  })

  it('tells which libraries they bring along, and SECURITY.md says the same; those of the system are not theirs', async () => {
    const page = await readFile(join(import.meta.dirname, '../../../SECURITY.md'), 'utf8')
    for (const { version, source, libraries = [] } of await bench.installations()) {
      expect(libraries.map(({ name }) => name)).toEqual(source === 'npm' ? ['OpenSSL', 'libxml2', 'ICU'] : [])
      for (const library of libraries) expect(page).toContain(`${library.name} ${library.version}`)
      if (source === 'npm') expect(page).toContain(version)
    }
  })

  it('makes the library links that an install without scripts left out', async () => {
    const packageDir = await packageWithoutLinks('unlinked')
    const { found } = await probe({ nodeModules: [join(packageDir, '..')] })
    expect(found).toMatchObject([
      { datastore: 'postgresql', version: '17.10', source: 'npm', binDir: join(packageDir, 'native/bin') },
    ])
  })

  it('links the same libraries when several processes do so at once, and puts a wrong link right', async () => {
    const packageDir = await packageWithoutLinks('raced')
    const links = await linksOf(packageDir)
    const before = await readdir(join(packageDir, 'native/lib'))
    await Promise.all(Array.from({ length: 8 }, () => hydrateSymlinks(packageDir)))
    for (const { source, target } of links) {
      expect(join(packageDir, 'native/lib', await readlink(join(packageDir, target)))).toBe(join(packageDir, source))
    }
    expect(await readdir(join(packageDir, 'native/lib'))).toHaveLength(before.length + links.length)

    const [first] = links
    if (first === undefined) throw new Error('the package lists no links')
    await rm(join(packageDir, first.target))
    await run('ln', ['-s', 'nowhere', join(packageDir, first.target)])
    await hydrateSymlinks(packageDir)
    expect((await stat(join(packageDir, first.target))).isFile()).toBe(true)
  })

  it('leaves out what does not run, is too old or not released, and says why', async () => {
    const root = join(bench.directory, 'fakes')
    await fakeEngine(root, 'broken', 'echo "libssl.so.9: cannot open shared object file" >&2; exit 127')
    await fakeEngine(root, 'old', 'echo "postgres (PostgreSQL) 9.6"')
    await fakeEngine(root, 'beta', 'echo "postgres (PostgreSQL) 19beta1"')
    await fakeEngine(root, 'good', 'echo "postgres (PostgreSQL) 16.3 (Ubuntu 16.3-1.pgdg22.04+1)"')
    const { found, warnings } = await probe({ systemRoots: [root, join(bench.directory, 'absent')] })
    expect(found.map(({ version }) => version)).toEqual(['16.3'])
    expect(warnings).toHaveLength(3)
    expect(warnings.join('\n')).toMatch(/libssl\.so\.9/)
    expect(warnings.join('\n')).toMatch(/9\.6 is older than 15/)
    expect(warnings.join('\n')).toMatch(/19beta1/)
  })

  it('tells what was added from what the system has, keeps the added one of two, and passes over what is being added', async () => {
    const [added, system] = [join(bench.directory, 'added'), join(bench.directory, 'system')]
    await fakeEngine(added, '18.6', 'echo "postgres (PostgreSQL) 18.6"')
    await fakeEngine(added, '.adding-x', 'echo "postgres (PostgreSQL) 18.7"')
    await fakeEngine(system, '18', 'echo "postgres (PostgreSQL) 18.6"')
    const { found } = await probe({ buildRoots: [added], systemRoots: [system] })
    expect(found).toMatchObject([{ version: '18.6', source: 'added', binDir: join(added, '18.6', 'bin') }])
  })

  it('keeps the npm-carried one of two with the same version', async () => {
    const root = join(bench.directory, 'doubles')
    await fakeEngine(root, '17', 'echo "postgres (PostgreSQL) 17.10"')
    const { found } = await probe({
      nodeModules: [nodeModules],
      systemRoots: [root],
      binDirs: [join(root, '17/bin')],
    })
    expect(found.filter(({ version }) => version === '17.10').map(({ source }) => source)).toEqual(['npm'])
  })
})

describe('a PostgreSQL template', () => {
  it('is made once by two at the same time, closed to others, and leaves nothing beside it', async () => {
    const parent = join(bench.directory, 'templates')
    await mkdir(parent)
    const directory = join(parent, '17.10')
    await mkdir(`${directory}.building-4194305-of-a-dead-process`)
    const installation = await bench.installation('17.10')
    const make = () => bench.driver.createTemplate(installation, directory, bench.owner, bound())
    await Promise.all([make(), make()])
    await make()
    expect(await readdir(parent)).toEqual(['17.10'])
    const made = await lstat(directory)
    expect(made.mode & 0o777).toBe(0o700)
    expect(made.uid).toBe(bench.owner?.uid ?? process.getuid?.())
    expect(await readdir(directory)).not.toContain('postmaster.pid')
  })

  it('is not there at all when its making is broken off', async () => {
    const parent = join(bench.directory, 'aborted')
    await mkdir(parent)
    const installation = await bench.installation('17.10')
    const broken = new AbortController()
    const making = bench.driver.createTemplate(installation, join(parent, '17.10'), bench.owner, broken.signal)
    await expect.poll(async () => (await readdir(parent)).length, { interval: 5, timeout: 60_000 }).toBe(1)
    broken.abort(new Error('enough'))
    await expect(making).rejects.toThrow('enough')
    expect(await readdir(parent)).toEqual([])
  })

  it('is not begun where it cannot be seen whether there is one', async () => {
    const parent = join(bench.directory, 'loop')
    await mkdir(parent)
    const directory = join(parent, '17.10')
    await symlink('17.10', directory)
    const installation = await bench.installation('17.10')
    const making = bench.driver.createTemplate(installation, directory, bench.owner, bound())
    await expect(making).rejects.toMatchObject({
      name: 'EngineFault',
      code: 'TEMPLATE_FAILED',
      cause: { code: 'ELOOP' },
    })
    expect(await readdir(parent)).toEqual(['17.10'])
  })

  it("reports the program's own words when it cannot be made", async () => {
    const root = join(bench.directory, 'refusing')
    await fakeEngine(root, '16', 'echo "postgres (PostgreSQL) 16.3"; echo "initdb: error: no luck" >&2; exit 1')
    const installation = {
      datastore: 'postgresql' as const,
      version: '16.3',
      source: 'system' as const,
      binDir: join(root, '16/bin'),
    }
    const making = bench.driver.createTemplate(installation, join(bench.directory, 'never'), bench.owner, bound())
    await expect(making).rejects.toMatchObject({
      name: 'EngineFault',
      code: 'TEMPLATE_FAILED',
      message: 'initdb failed (exit code 1)',
      cause: { message: expect.stringContaining('no luck') },
    })
  })
})
