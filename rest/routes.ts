import { backupRoutes } from './nouns/backups.ts'
import { configurationRoutes } from './nouns/configurations.ts'
import { databaseRoutes } from './nouns/databases.ts'
import { datastoreRoutes } from './nouns/datastores.ts'
import { flavorRoutes } from './nouns/flavors.ts'
import { identityRoutes } from './nouns/identity.ts'
import { instanceRoutes } from './nouns/instances.ts'
import { quotaRoutes } from './nouns/quotas.ts'
import { userRoutes } from './nouns/users.ts'
import { versionRoutes } from './nouns/versions.ts'
import type { Route } from './route.ts'

/** All that the API answers. Where two shapes fit a path, the one with the fixed word stands first. */
export const routes: readonly Route[] = [
  ...versionRoutes,
  ...identityRoutes,
  ...instanceRoutes,
  ...databaseRoutes,
  ...userRoutes,
  ...backupRoutes,
  ...flavorRoutes,
  ...datastoreRoutes,
  ...configurationRoutes,
  ...quotaRoutes,
]
