import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { BuildRefused, type EngineSetup } from '../engines/engine-setup.ts'
import { buildsOf, namesOfBuilds } from './builds.ts'
import { type FetchOptions, fetchBuild, takeFromCache } from './fetch-build.ts'

/** The builds of engines that belong to one data directory. */
export type EngineBuilds = {
  /** Tells which there are: another text when one came or went. */
  mark(): Promise<string>
  /** One of this engine is there, from the user's cache or the packages of the distribution. Throws `BuildRefused`. */
  fetch(datastore: DatastoreType, signal: AbortSignal): Promise<void>
}

export const createEngineBuilds = (
  setups: readonly Pick<EngineSetup, 'datastore' | 'packages'>[],
  options: Omit<FetchOptions, 'signal'>,
): EngineBuilds => ({
  mark: async () => {
    const found = await Promise.all(setups.map(({ datastore }) => namesOfBuilds(buildsOf(options.dataDir, datastore))))
    return JSON.stringify(found.map((names) => names.toSorted()))
  },
  fetch: async (datastore, signal) => {
    const packages = setups.find((setup) => setup.datastore === datastore)?.packages
    if (packages === undefined) throw new BuildRefused('it is in no package that could be fetched')
    const taken = await takeFromCache({ datastore, packages }, { ...options, signal })
    if (taken === null) await fetchBuild({ datastore, packages, version: null }, { ...options, signal })
  },
})
