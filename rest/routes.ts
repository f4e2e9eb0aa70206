import { backupStrategyRoutes } from './nouns/backup-strategies.ts'
import { backupRoutes } from './nouns/backups.ts'
import { configurationRoutes } from './nouns/configurations.ts'
import { databaseRoutes } from './nouns/databases.ts'
import { datastoreVersionRoutes } from './nouns/datastore-versions.ts'
import { datastoreRoutes } from './nouns/datastores.ts'
import { flavorRoutes } from './nouns/flavors.ts'
import { identityRoutes } from './nouns/identity.ts'
import { instanceRoutes } from './nouns/instances.ts'
import { quotaRoutes } from './nouns/quotas.ts'
import { rootRoutes } from './nouns/root.ts'
import { sslRoutes } from './nouns/ssl.ts'
import { userRoutes } from './nouns/users.ts'
import { versionRoutes } from './nouns/versions.ts'
import { openApiRoute } from './open-api.ts'
import type { Route } from './route.ts'

/** Where two shapes fit a path, the one with the fixed word stands first. */
const described: readonly Route[] = [
  ...versionRoutes,
  ...identityRoutes,
  ...instanceRoutes,
  ...databaseRoutes,
  ...userRoutes,
  ...rootRoutes,
  ...sslRoutes,
  ...backupRoutes,
  ...backupStrategyRoutes,
  ...flavorRoutes,
  ...datastoreRoutes,
  ...datastoreVersionRoutes,
  ...configurationRoutes,
  ...quotaRoutes,
]

/** All that the API answers. */
export const routes: readonly Route[] = [...described, openApiRoute(described)]
