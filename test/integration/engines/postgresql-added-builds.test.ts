import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { addBuild } from '../../../agent/engines/postgresql/setup/add-build.ts'
import { hasProgram } from '../../support/fetch-once.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const run = promisify(execFile)
const temp = createTempDir('added-builds')

const say = (): void => {}
const script = (text: string): string => `#!/bin/sh\n${text}\n`

/** An archive of one directory with these programs. */
const archiveOf = async (name: string, files: Readonly<Record<string, string>>): Promise<string> => {
  const directory = join(temp.path, name)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(directory, path, '..'), { recursive: true })
    await writeFile(join(directory, path), text)
    await chmod(join(directory, path), 0o755)
  }
  await run('tar', ['-C', temp.path, '-czf', `${directory}.tar.gz`, name])
  return `${directory}.tar.gz`
}

const postgres = (version: string): Readonly<Record<string, string>> => ({
  'bin/postgres': script(`echo "postgres (PostgreSQL) ${version}"`),
  'bin/initdb': script('exit 0'),
})

/** What `configure` and `make` of a source archive do, but for the compiling. */
const source = (version: string): Readonly<Record<string, string>> => ({
  configure: script(`case " $* " in *" --with-ssl=openssl "*) ;; *) echo "no TLS" >&2; exit 1 ;; esac
cat > Makefile <<'END'
world-bin:
	test "$$LD_RUN_PATH" = '$$ORIGIN/../lib:$$ORIGIN:$$ORIGIN/..'
install-world-bin:
	mkdir -p $(DESTDIR)/postgresql && cp -a made/bin $(DESTDIR)/postgresql/
END`),
  ...Object.fromEntries(Object.entries(postgres(version)).map(([path, text]) => [`made/${path}`, text])),
})

describe('adding a build of PostgreSQL', () => {
  it('compiles a source archive with TLS, and lets the build find its own libraries wherever it is (needs make)', async (context) => {
    if (!(await hasProgram('make', '--version'))) context.skip('needs make')
    const root = join(temp.path, 'from-source')
    const archive = await archiveOf('postgresql-16.98', source('16.98'))
    expect(await addBuild(archive, root, say)).toEqual({ version: '16.98', directory: join(root, '16.98') })
    expect(await readdir(root)).toEqual(['16.98'])
  })

  it('takes an archive of programs as it is', async () => {
    const root = join(temp.path, 'from-programs')
    const archive = await archiveOf('pgsql', postgres('16.99'))
    expect(await addBuild(archive, root, say)).toMatchObject({ version: '16.99' })
  })

  it.each([
    ['that is there already', 'twice', postgres('16.97'), /is there already: databases may run on it/],
    ['that is no release', 'devel', postgres('19devel'), /"postgres \(PostgreSQL\) 19devel": not a release/],
    ['without a server', 'client', { 'bin/psql': script('exit 0') }, /it has no bin\/postgres/],
    [
      'that cannot be compiled',
      'broken',
      { configure: script('echo "no ICU" >&2; exit 1') },
      /configure failed:\nno ICU/,
    ],
  ])('refuses one %s, says why, and leaves nothing behind', async (_which, name, files, reason) => {
    const root = join(temp.path, `refused-${name}`)
    const archive = await archiveOf(name, files)
    if (name === 'twice') await addBuild(archive, root, say)
    const before = name === 'twice' ? ['16.97'] : []
    await expect(addBuild(archive, root, say)).rejects.toThrow(reason)
    expect(await readdir(root)).toEqual(before)
  })
})
