import { createDirectory, type Directory } from '../../commands/directory.ts'
import { createHandler, type Handler } from '../../commands/handle.ts'
import { rememberOwnEvents } from '../../commands/sagas/own-events.ts'
import { createRelay, type Relay } from '../../commands/sagas/relay.ts'
import { createSagas, type Sagas } from '../../commands/sagas/sagas.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIdSource } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { systemRandom } from '../../kernel/random.ts'
import type { Tracer } from '../../kernel/tracer.ts'
import type { Config } from '../config.ts'
import type { Stores } from './stores.ts'

export type ControlPlane = {
  readonly handler: Handler
  readonly directory: Directory
  readonly relay: Relay
  readonly sagas: Sagas
}

/** Another process' relay must stand still for this long, with work to do, before this one takes over. */
const takeOverAfterMs = 1250
const saveCheckpointEveryMs = 250

/** The write side: what it takes to handle commands, and what follows from them by itself (`relay`, `sagas`). Nothing runs yet. */
export const createControlPlane = (
  deps: { readonly stores: Stores; readonly log: Log; readonly tracer: Tracer },
  config: Config,
): ControlPlane => {
  const { stores, log, tracer } = deps
  const { bus, checkpoints, holder, isShared } = stores
  const { eventStore, has: isOwn } = rememberOwnEvents(stores.eventStore)
  const clock = systemClock
  const ids = createIdSource(clock, systemRandom)
  const handler = createHandler({ eventStore, clock, ids })
  const directory = createDirectory({ eventStore, clock, log })
  return {
    handler,
    directory,
    relay: createRelay({
      eventStore,
      bus,
      checkpoints,
      clock,
      log,
      holder,
      // The lock on a data directory lets one process have the role.
      exclusive: !isShared,
      takeOverAfterMs,
      saveEveryMs: saveCheckpointEveryMs,
      tracer,
    }),
    sagas: createSagas({
      eventStore,
      bus,
      handler,
      directory,
      clock,
      ids,
      log,
      isOwn,
      worker: holder,
      hostLostAfterMs: config.hostLostAfterMs,
      tracer,
    }),
  }
}
