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
/** Runs a command on a network of its own, which has the loopback and nothing else. */
const alone = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'alone']
const [unshare = '', ...aloneWith] = alone
const canBeAlone = isRoot && spawnSync(unshare, [...aloneWith, 'true']).status === 0

/** Few and quick: it is the way there that is tried. */
const files = ['test/unit/ops/summary.test.ts', 'test/unit/domain/values']
/** Of each kind of store that is fetched: all of their tests need it. */
const onFetchedStores = [
  'test/integration/redis/rate-limit.test.ts',
  'test/integration/kafka/idle.test.ts',
  'test/integration/s3/backup-store.test.ts',
  'test/e2e/sites/restored-log.test.ts',
]

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

  type Options = {
    readonly node?: string
    readonly within?: readonly string[]
    readonly only?: readonly string[]
    readonly env?: Readonly<Record<string, string>>
  }
  const npmTest = ({ node = process.execPath, within = [], only = files, env: set }: Options = {}): Promise<Run> => {
    const [program = node, ...args] = [...within, node, join(clone, 'ops', 'bin', 'bootstrap.mjs'), 'test', ...only]
    // Without what the run that this is a part of has set.
    const { VITEST: _vitest, NODE_ENV: _env, NODE_OPTIONS: _options, ...env } = process.env
    return run(program, args, { cwd: clone, env: { ...env, ...set } })
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

  /** A machine on which nothing was fetched yet, and that has all programs of this one but these. */
  const freshMachine = (...without: readonly string[]) => {
    const [directory, bin] = [temp.next(), temp.next()]
    for (const made of [directory, bin]) mkdirSync(made, { recursive: true })
    for (const from of searchPath().filter(existsSync)) {
      for (const name of readdirSync(from)) {
        if (!without.includes(name) && !existsSync(join(bin, name))) symlinkSync(join(from, name), join(bin, name))
      }
    }
    const MAVEN_OPTS = `-Dmaven.repo.local=${join(directory, 'maven')}`
    return { PATH: bin, HOME: directory, XDG_CACHE_HOME: join(directory, 'cache'), MAVEN_OPTS, CI: 'true' }
  }
  const skipsOf = ({ lines }: Run): readonly string[] => lines.filter((line) => line.startsWith('skipped: '))
  const expectAllElseToRun = ({ lines, stderr }: Run): void => {
    expect(lines.at(-1), [...lines, stderr].join('\n')).toMatch(/^Tests: \d{2,} passed, 0 failed, \d+ skipped$/)
  }

  it('runs all else, also in CI, where Redis is not and cannot be fetched', async () => {
    const only = [...files, 'test/integration/redis/rate-limit.test.ts', 'test/e2e/sites/restored-log.test.ts']
    const done = await npmTest({ only, env: freshMachine('redis-server', 'apt-get') })
    expectAllElseToRun(done)
    const skips = skipsOf(done)
    expect(skips.length).toBeGreaterThan(1)
    for (const skip of skips) expect(skip).toMatch(/\(needs apt-get, to fetch Redis\)$/)
    expect(done.code).toBe(0)
  })

  it.skipIf(!canBeAlone)(
    'runs all else where there is no network, which CI accepts if told so (needs root)',
    async () => {
      const within = [...alone]
      const env = freshMachine('redis-server')
      const only = [...files, ...onFetchedStores]
      const refused = await npmTest({ only, within, env })
      expectAllElseToRun(refused)
      const skips = skipsOf(refused)
      for (const file of onFetchedStores) expect(skips.join('\n')).toContain(`${file}:`)
      for (const skip of skips) expect(skip).toMatch(/\((\w+ could not be fetched: .+|needs .+)\)$/)
      expect(skips.join('\n')).toContain('(Redis could not be fetched: ')
      expect(refused.lines.join('\n')).toMatch(
        /^\d+ of the skipped tests could have run here; in CI that is a failure$/m,
      )
      expect(refused.code).toBe(1)
      const reasons = ['Redis', 'Kafka', 'S3Proxy'].map((store) => `${store} could not be fetched`)
      const allowed = await npmTest({ only, within, env: { ...env, COFFER_TEST_ALLOW_SKIPS: reasons.join(',') } })
      expectAllElseToRun(allowed)
      expect(skipsOf(allowed)).toHaveLength(skips.length)
      expect(allowed.code).toBe(0)
    },
  )

  it('ends with the count, and 1, if no test is found', async () => {
    const { code, lines } = await npmTest({ only: ['test/unit/none-of-this-name'] })
    expect(code).toBe(1)
    expect(lines.at(-1)).toBe('Tests: 0 passed, 0 failed, 0 skipped')
  })
})

const searchPath = (): readonly string[] => (process.env.PATH ?? '').split(delimiter).filter((each) => each !== '')

const pathNodes = (): readonly string[] =>
  searchPath()
    .map((directory) => join(directory, 'node'))
    .filter(existsSync)

const majorOf = (node: string): number =>
  Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 0)
