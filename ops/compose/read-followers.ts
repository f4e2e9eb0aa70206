import { type Config, runs } from '../config.ts'
import { createFollowerReader, type ReadFollowers } from '../followers.ts'
import type { CentralParts } from './parts.ts'

/** `others`: the followers of this process without its views, which readiness asks by themselves. */
export type Followers = { readonly all: ReadFollowers; readonly others: ReadFollowers }

export const readFollowersOf = (central: CentralParts | null, config: Config): Followers => {
  if (central === null) return { all: async () => [], others: async () => [] }
  const { kernel, stores, engine, controlPlane } = central
  const { directory, relay, sagas } = controlPlane
  const { eventStore, bus } = stores
  const sources = {
    kernel,
    eventStore,
    bus,
    log: () => [directory.status(), relay.status(), sagas.timers()].filter(({ state }) => state !== 'stopped'),
    consumers: () => (runs(config, 'saga') ? sagas.consumers() : []),
  }
  return {
    all: createFollowerReader({ ...sources, engine }),
    others: createFollowerReader({ ...sources, engine: null }),
  }
}
