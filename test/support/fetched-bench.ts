import { buildsOf } from '../../agent/builds/builds.ts'
import { takeFromCache } from '../../agent/builds/fetch-build.ts'
import type { SearchPaths } from '../../agent/engines/discover-servers.ts'
import type { EngineDriver } from '../../agent/engines/engine.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { systemClock } from '../../kernel/clock.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { systemTimers } from '../../kernel/timers.ts'
import { bound, createEngineBench, type EngineBench } from './engine-bench.ts'
import { packagesOf } from './fetched-engines.ts'
import { silentLog } from './silent-log.ts'

type DriverDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & { readonly searchPaths: SearchPaths }

/** An engine as an agent fetches it, from the cache of the user who runs the tests. */
export const openFetchedBench = (
  datastore: DatastoreType,
  createDriver: (deps: DriverDeps) => EngineDriver,
): Promise<EngineBench> =>
  createEngineBench(async (dataDir) => {
    await takeFromCache({ datastore, packages: packagesOf(datastore) }, { dataDir, signal: bound() })
    const searchPaths = { builds: buildsOf(dataDir, datastore), binDirs: [] }
    return createDriver({ searchPaths, clock: systemClock, timers: systemTimers, log: silentLog })
  })
