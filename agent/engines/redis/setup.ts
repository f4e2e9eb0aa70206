import { buildsOf } from '../../builds/builds.ts'
import type { EngineSetup } from '../engine-setup.ts'
import { createRedisDriver } from './driver.ts'

const datastore = 'redis'

export const redisSetup: EngineSetup = {
  datastore,
  packages: [['redis-server', 'redis-tools']],
  createDriver: ({ dataDir }, kernel) =>
    createRedisDriver({
      ...kernel,
      searchPaths: { builds: buildsOf(dataDir, datastore), binDirs: ['/usr/local/bin', '/usr/bin'] },
    }),
}
