import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { buildsOf, listBuilds } from '../../agent/builds/builds.ts'
import { fetchBuild } from '../../agent/builds/fetch-build.ts'
import type { PackageSet } from '../../agent/engines/engine-setup.ts'
import { engineSetups } from '../../agent/engines/registry.ts'
import { environmentOf } from '../../agent/engines/run-program.ts'
import { engineOf } from '../../domain/engines/registry.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { fetchOnce, hasProgram } from './fetch-once.ts'

const fetchTimeoutMs = 300_000

/** For a server whose home is not that of the user who runs the tests: what was downloaded once is not downloaded again. */
export const fetching = (...engines: readonly DatastoreType[]) => ({
  COFFER_FETCH_ENGINES: engines.join(','),
  XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
})

/** In which packages the distribution has an engine. */
export const packagesOf = (datastore: DatastoreType): readonly PackageSet[] =>
  engineSetups.find((setup) => setup.datastore === datastore)?.packages ?? []

/** Where an engine is that was fetched as an agent fetches it, once for all tests of this user; the reason where it cannot be had. */
export const fetchedEngine = async (
  datastore: DatastoreType,
): Promise<{ readonly build: string } | { readonly missing: string }> => {
  const packages = packagesOf(datastore)
  if (!(await hasProgram('apt-get', '--version')))
    return { missing: `needs apt-get, to fetch ${engineOf(datastore).title}` }
  try {
    const dataDir = await fetchOnce(`fetched-${packages.flat().join('-')}`, async (draft) => {
      const options = { dataDir: draft, say: () => {}, signal: AbortSignal.timeout(fetchTimeoutMs) }
      await fetchBuild({ datastore, packages, version: null }, options)
    })
    const [build = ''] = await listBuilds(buildsOf(dataDir, datastore))
    return { build }
  } catch (error) {
    return { missing: `${engineOf(datastore).title} could not be fetched: ${(error as Error).message}` }
  }
}

/**
 * Sees to it that a program of an engine is on the path of this process and of those that it starts, and answers why it cannot be; null when
 * it is.
 */
export const ensureOnPath = async (datastore: DatastoreType, program: string): Promise<string | null> => {
  if (spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0) return null
  const engine = await fetchedEngine(datastore)
  if ('missing' in engine) return engine.missing
  const binDir = join(engine.build, 'usr', 'bin')
  const directory = join(engine.build, 'on-path')
  mkdirSync(directory, { recursive: true })
  const { LD_LIBRARY_PATH: libraries } = environmentOf({ source: 'fetched', binDir })
  const script = `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${join(binDir, program)}' "$@"\n`
  writeFileSync(join(directory, program), script)
  chmodSync(join(directory, program), 0o755)
  process.env.PATH = `${process.env.PATH ?? ''}:${directory}`
  return null
}
