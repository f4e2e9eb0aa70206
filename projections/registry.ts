import { backupsView } from './views/backups.ts'
import { configurationsView } from './views/configurations.ts'
import { datastoresView } from './views/datastores.ts'
import { deadLettersView } from './views/dead-letters.ts'
import { eventsView } from './views/events.ts'
import { flavorsView } from './views/flavors.ts'
import { hostsView } from './views/hosts.ts'
import { instancesView } from './views/instances.ts'
import { joinTokensView } from './views/join-tokens.ts'
import { operationsView } from './views/operations.ts'
import { parametersView } from './views/parameters.ts'
import { quotasView } from './views/quotas.ts'
import { schedulesView } from './views/schedules.ts'
import { tokensView } from './views/tokens.ts'
import { unreadableView } from './views/unreadable.ts'

/** Every view there is. What the engine keeps up to date, its names in stores, and all that is read follow from here. */
export const allViews = [
  instancesView,
  operationsView,
  hostsView,
  datastoresView,
  parametersView,
  configurationsView,
  flavorsView,
  quotasView,
  tokensView,
  joinTokensView,
  backupsView,
  schedulesView,
  eventsView,
  deadLettersView,
  unreadableView,
] as const

export type ViewName = (typeof allViews)[number]['view']

export const viewNames: readonly ViewName[] = allViews.map(({ view }) => view)
