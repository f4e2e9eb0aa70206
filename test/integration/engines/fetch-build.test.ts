import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildsOf } from '../../../agent/builds/builds.ts'
import { fetchBuild, takeFromCache } from '../../../agent/builds/fetch-build.ts'
import { environmentOf } from '../../../agent/engines/run-program.ts'
import { fetchedEngine } from '../../support/fetched-engines.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('fetched-builds')
const engine = await fetchedEngine('redis')
const wish = { datastore: 'redis', packages: [['redis-server', 'redis-tools']], version: null } as const

describe('an engine from the packages of the distribution', () => {
  if ('missing' in engine) return it('is fetched', (context) => context.skip(engine.missing))

  const optionsFor = (dataDir: string, said: string[] = []) => ({
    ...{ dataDir, cacheDir: join(dataDir, 'cache') },
    say: (text: string): void => void said.push(text),
    signal: AbortSignal.timeout(120_000),
  })

  it('is fetched without anything being installed, runs, and is downloaded once for all data directories', async () => {
    const said: string[] = []
    const options = optionsFor(temp.next(), said)
    expect(await takeFromCache(wish, options)).toBeNull()
    const build = await fetchBuild(wish, options)
    expect(said.at(-1)).toMatch(/^downloading [2-9] packages, \d\.\d MB$/)
    const binDir = join(build, 'usr', 'bin')
    const env = environmentOf({ source: 'fetched', binDir })
    expect(execFileSync(join(binDir, 'redis-server'), ['--version'], { env, encoding: 'utf8' })).toMatch(
      /^Redis server v=/,
    )
    const other = { ...options, dataDir: temp.next() }
    const taken = (await takeFromCache(wish, other)) ?? ''
    expect(taken).toBe(join(buildsOf(other.dataDir, 'redis'), readdirSync(buildsOf(options.dataDir, 'redis'))[0] ?? ''))
    const program = join('usr', 'bin', 'redis-cli')
    expect(statSync(join(taken, program)).ino).toBe(statSync(join(build, program)).ino)
  }, 120_000)

  it('is refused in words for a version that the distribution has not, and nothing is left', async () => {
    const options = optionsFor(temp.next())
    const refused = fetchBuild({ ...wish, version: '1.0' }, options)
    await expect(refused).rejects.toThrow(/^the package sources of this system have no Redis 1\.0, but \d/)
    expect(existsSync(buildsOf(options.dataDir, 'redis'))).toBe(false)
    expect(
      readdirSync(join(options.cacheDir, 'coffer', 'engines')).flatMap((name) =>
        readdirSync(join(options.cacheDir, 'coffer', 'engines', name)),
      ),
    ).toEqual([])
  }, 120_000)
})
