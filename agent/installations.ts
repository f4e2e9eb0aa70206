import { dirname } from 'node:path'
import { engineOf } from '../domain/engines/registry.ts'
import type { Engine } from '../domain/host/events.ts'
import type { DatastoreType } from '../domain/values/instance-spec.ts'
import type { Log } from '../kernel/log.ts'
import { type EngineDriver, EngineFault, type Installation } from './engines/engine.ts'
import type { Placement } from './isolation/placement.ts'

export type Installed = { readonly driver: EngineDriver; readonly installation: Installation }

export type Installations = {
  /** As they were found last. */
  engines(): readonly Engine[]
  /** Where they were found. */
  directories(): readonly string[]
  /** Looks again at what there is. Rejects with the signal's reason, and then nothing has changed. */
  renew(signal: AbortSignal): Promise<void>
  /** Throws `ENGINE_NOT_INSTALLED`, naming what there is. The installation is one that engines' accounts can reach. */
  find(datastore: DatastoreType, version: string, signal: AbortSignal): Promise<Installed>
  newest(datastore: DatastoreType): Installation | undefined
}

/** Asks every driver what the host has. A driver that fails is logged: the others' engines are offered all the same. */
export const probeInstallations = async (
  drivers: readonly EngineDriver[],
  placement: Placement,
  log: Log,
  signal: AbortSignal,
): Promise<Installations> => {
  const probe = async (probing: AbortSignal): Promise<readonly Installed[]> => {
    const probed = await Promise.all(
      drivers.map(async (driver) => {
        try {
          const installations = await driver.probe(probing)
          return installations.filter(isRelease(log)).map((installation) => ({ driver, installation }))
        } catch (error) {
          probing.throwIfAborted()
          log.error({ datastore: driver.datastore, err: error }, 'looking for installed engines failed')
          return []
        }
      }),
    )
    return probed.flat()
  }
  let found = await probe(signal)
  return {
    engines: () =>
      found.map(({ installation: { datastore, version, source, libraries } }) => ({
        datastore,
        version,
        source,
        ...(libraries && libraries.length > 0 ? { libraries: [...libraries] } : {}),
      })),
    directories: () => found.map(({ installation }) => dirname(installation.binDir)),
    renew: async (renewing) => {
      found = await probe(renewing)
    },
    find: async (datastore, version, finding) => {
      const match = found.find(({ installation: i }) => i.datastore === datastore && i.version === version)
      if (!match) {
        const names = found.map(({ installation: i }) => `${i.datastore} ${i.version}`).join(', ') || 'none'
        throw new EngineFault('ENGINE_NOT_INSTALLED', `${datastore} ${version} is not on this host; it has: ${names}`)
      }
      return { driver: match.driver, installation: await placement.reachable(match.installation, finding) }
    },
    newest: (datastore) => found.find(({ installation }) => installation.datastore === datastore)?.installation,
  }
}

/** Versions are compared and stored, so that one of another shape than the engine's releases have is not offered. */
const isRelease =
  (log: Log) =>
  ({ datastore, version, binDir }: Installation): boolean => {
    if (engineOf(datastore).version.test(version)) return true
    log.warn({ datastore, version, binDir }, 'left out an engine whose version is not that of a release')
    return false
  }
