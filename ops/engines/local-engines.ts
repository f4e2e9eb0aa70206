import { join, resolve } from 'node:path'
import { fetchBuild } from '../../agent/builds/fetch-build.ts'
import type { Installation } from '../../agent/engines/engine.ts'
import { BuildRefused, type EngineSetup } from '../../agent/engines/engine-setup.ts'
import { engineSetups } from '../../agent/engines/registry.ts'
import { engineOf } from '../../domain/engines/registry.ts'
import { systemKernel } from '../../kernel/kernel.ts'
import { programDir } from '../program-info.ts'

/** One that an agent of the data directory offers. `directory`: of its programs. `version` null: the host has none yet, and `source` says how to get it. */
export type LocalEngine = {
  readonly datastore: string
  readonly version: string | null
  readonly source: string
  readonly directory: string | null
}

export type LocalEngines = {
  list(signal: AbortSignal): Promise<readonly LocalEngine[]>
  /** Throws `BuildRefused`. `version`: null for the newest. */
  install(wish: InstallWish, say: (text: string) => void, signal: AbortSignal): Promise<LocalEngine>
}

export type InstallWish = { readonly datastore: string; readonly version: string | null }

export const isRefusal = (error: unknown): error is BuildRefused => error instanceof BuildRefused

const silent = (): void => {}
/** What is left out is not listed; an agent logs why. */
const quietKernel = systemKernel({ debug: silent, info: silent, warn: silent, error: silent })

/** The engines of this machine, without a server. `dataDir`: that of the agent they are for. */
export const createLocalEngines = (dataDir: string): LocalEngines => {
  const places = { programDir, dataDir: resolve(dataDir) }
  const probe = (setup: EngineSetup, signal: AbortSignal) => setup.createDriver(places, quietKernel).probe(signal)
  return {
    list: async (signal) => {
      const found = await Promise.all(
        engineSetups.map(async (setup) => {
          const installations = await probe(setup, signal)
          if (installations.length === 0) return [notHere(setup)]
          return installations.map(localEngineOf)
        }),
      )
      return found.flat()
    },
    install: async ({ datastore, version }, say, signal) => {
      const setup = engineSetups.find((each) => each.datastore === datastore)
      const fetched = engineSetups.filter(({ packages }) => packages).map((each) => each.datastore)
      if (!setup?.packages) {
        throw new BuildRefused(`${JSON.stringify(datastore)} cannot be fetched; these can: ${fetched.join(', ')}`)
      }
      const directory = await fetchBuild(
        { datastore: setup.datastore, packages: setup.packages, version },
        { dataDir: places.dataDir, say, signal },
      )
      const installation = (await probe(setup, signal)).find(({ binDir }) => binDir.startsWith(join(directory, '/')))
      if (installation) return localEngineOf(installation)
      throw new BuildRefused(
        `${engineOf(setup.datastore).title} is in ${directory}, but it does not run on this machine`,
      )
    },
  }
}

/** What a user may see of it: an installation also says what only a driver asks for. */
const localEngineOf = ({ datastore, version, source, binDir }: Installation): LocalEngine => ({
  ...{ datastore, version, source, directory: binDir },
})

const notHere = ({ datastore, packages }: EngineSetup): LocalEngine => ({
  ...{ datastore, version: null, directory: null },
  source: packages ? `coffer engines install ${datastore}` : 'none',
})
