import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { programDir } from '../../ops/program-info.ts'
import { isRoot, stranger } from '../support/privileges.ts'
import { createTempDir } from '../support/temp-dir.ts'

const temp = createTempDir('test-runner')
/** Few and quick: it is the way there that is tried. */
const files = ['test/unit/ops/summary.test.ts', 'test/unit/domain/values']

type Run = { readonly code: number; readonly lines: readonly string[]; readonly stderr: string }

const run = async (program: string, args: readonly string[], options: object): Promise<Run> => {
  const done = await promisify(execFile)(program, args, { maxBuffer: 10_000_000, ...options }).catch((error) => error)
  return { code: done.code ?? 0, lines: String(done.stdout).trim().split('\n'), stderr: String(done.stderr) }
}

/** Another major version of Node than those that run this, as npm carries it: fetched once into a cache. */
const fetchNode = async (major: number): Promise<string | null> => {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'coffer', `node-${major}`)
  const program = join(cache, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
  if (existsSync(program)) return program
  mkdirSync(cache, { recursive: true })
  const args = ['install', '--prefix', cache, '--no-save', '--ignore-scripts', `node-linux-${process.arch}@${major}`]
  await promisify(execFile)('npm', args, { cwd: cache }).catch(() => null)
  return existsSync(program) ? program : null
}

describe('npm test', () => {
  let clone: string
  let packages: string
  beforeAll(() => {
    clone = join(temp.next(), 'a clone of coffer')
    packages = join(clone, 'node_modules')
    mkdirSync(clone, { recursive: true })
    for (const name of readdirSync(programDir)) {
      if (['.git', '.bench', 'data', 'node_modules'].includes(name)) continue
      cpSync(join(programDir, name), join(clone, name), { recursive: true })
    }
    // A folder of its own, owned by the account that runs the tests: vitest writes into it.
    mkdirSync(packages)
    for (const name of readdirSync(join(programDir, 'node_modules'))) {
      if (!['.vite', '.vitest', '.cache'].includes(name)) {
        symlinkSync(join(programDir, 'node_modules', name), join(packages, name))
      }
    }
  })

  type Options = { readonly node?: string; readonly within?: readonly string[]; readonly only?: readonly string[] }
  const npmTest = ({ node = process.execPath, within = [], only = files }: Options = {}): Promise<Run> => {
    const [program = node, ...args] = [...within, node, join(clone, 'ops', 'bin', 'bootstrap.mjs'), 'test', ...only]
    // Without what the run that this is a part of has set.
    const { VITEST: _vitest, NODE_ENV: _env, NODE_OPTIONS: _options, ...env } = process.env
    return run(program, args, { cwd: clone, env })
  }

  const expectGood = ({ code, lines, stderr }: Run): void => {
    expect(lines.at(-1), [...lines, stderr].join('\n')).toMatch(/^Tests: \d{2,} passed, 0 failed, 0 skipped$/)
    expect(code).toBe(0)
  }

  it('runs in a path with a space, on one core', async () => {
    expectGood(await npmTest({ within: ['taskset', '--cpu-list', '0'] }))
  })

  it.for([20, 22, 24])('is begun by Node %i', async (major, context) => {
    const found = [process.execPath, ...pathNodes()].find((program) => majorOf(program) === major)
    const node = found ?? (await fetchNode(major))
    if (node === null) return context.skip(`Node ${major} could not be fetched`)
    expectGood(await npmTest({ node }))
  })

  it.skipIf(!isRoot)('runs for an account other than root that cannot write its home (needs root)', async () => {
    chmodSync(join(clone, '..'), 0o755)
    chmodSync(join(clone, '..', '..'), 0o755)
    for (const directory of [clone, packages]) chownSync(directory, stranger.uid, stranger.gid)
    const home = temp.next()
    mkdirSync(home, { mode: 0o500 })
    const { uid, gid } = stranger
    const within = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', 'env', `HOME=${home}`]
    expectGood(await npmTest({ within }))
  })

  it('ends with the count, and 1, if no test is found', async () => {
    const { code, lines } = await npmTest({ only: ['test/unit/none-of-this-name'] })
    expect(code).toBe(1)
    expect(lines.at(-1)).toBe('Tests: 0 passed, 0 failed, 0 skipped')
  })
})

const pathNodes = (): readonly string[] =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'node'))
    .filter(existsSync)

const majorOf = (node: string): number =>
  Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 0)
