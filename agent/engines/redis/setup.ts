import type { EngineSetup } from '../engine-setup.ts'
import { createRedisDriver } from './driver.ts'

export const redisSetup: EngineSetup = {
  datastore: 'redis',
  createDriver: (_places, kernel) =>
    createRedisDriver({ ...kernel, searchPaths: { binDirs: ['/usr/local/bin', '/usr/bin'] } }),
}
