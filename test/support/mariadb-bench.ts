import { buildsOf } from '../../agent/builds/builds.ts'
import { takeFromCache } from '../../agent/builds/fetch-build.ts'
import { createMariadbDriver } from '../../agent/engines/mariadb/driver.ts'
import { systemClock } from '../../kernel/clock.ts'
import { systemTimers } from '../../kernel/timers.ts'
import { bound, createEngineBench } from './engine-bench.ts'
import { silentLog } from './silent-log.ts'

/** A MariaDB as an agent fetches it, from the cache of the user who runs the tests. */
export const openMariadbBench = () =>
  createEngineBench(async (dataDir) => {
    await takeFromCache('mariadb', { dataDir, signal: bound() })
    const searchPaths = { builds: buildsOf(dataDir, 'mariadb'), binDirs: [] }
    return createMariadbDriver({ searchPaths, clock: systemClock, timers: systemTimers, log: silentLog })
  })
