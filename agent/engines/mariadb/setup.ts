import { buildsOf } from '../../builds/builds.ts'
import type { EngineSetup } from '../engine-setup.ts'
import { createMariadbDriver } from './driver.ts'

const datastore = 'mariadb'

export const mariadbSetup: EngineSetup = {
  datastore,
  packages: [['mariadb-server-core', 'mariadb-client-core', 'mariadb-backup']],
  createDriver: ({ dataDir }, kernel) =>
    createMariadbDriver({
      ...kernel,
      searchPaths: { builds: buildsOf(dataDir, datastore), binDirs: ['/usr/sbin', '/usr/local/sbin'] },
    }),
}
