import type { Projection } from './projection.ts'
import { backupsProjection } from './views/backups.ts'
import { configurationsProjection } from './views/configurations.ts'
import { datastoresProjection } from './views/datastores.ts'
import { deadLettersProjection } from './views/dead-letters.ts'
import { eventsProjection } from './views/events.ts'
import { flavorsProjection } from './views/flavors.ts'
import { hostsProjection } from './views/hosts.ts'
import { instancesProjection } from './views/instances.ts'
import { joinTokensProjection } from './views/join-tokens.ts'
import { operationsProjection } from './views/operations.ts'
import { parametersProjection } from './views/parameters.ts'
import { quotasProjection } from './views/quotas.ts'
import { schedulesProjection } from './views/schedules.ts'
import { tokensProjection } from './views/tokens.ts'
import { unreadableProjection } from './views/unreadable.ts'

/** What the engine keeps up to date: one projection for each name in `viewNames`. */
export const allProjections: readonly Projection[] = [
  instancesProjection,
  operationsProjection,
  hostsProjection,
  datastoresProjection,
  parametersProjection,
  configurationsProjection,
  flavorsProjection,
  quotasProjection,
  tokensProjection,
  joinTokensProjection,
  backupsProjection,
  schedulesProjection,
  eventsProjection,
  deadLettersProjection,
  unreadableProjection,
]
