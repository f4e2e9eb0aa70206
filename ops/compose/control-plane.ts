import { randomBytes } from 'node:crypto'
import { createDirectory, type Directory } from '../../commands/directory.ts'
import { createHandler, type Handler } from '../../commands/handle.ts'
import type { BackupStore } from '../../commands/ports/backup-store.ts'
import type { KeyStore } from '../../commands/ports/key-store.ts'
import { rememberOwnEvents } from '../../commands/sagas/own-events.ts'
import { createRelay, type Relay } from '../../commands/sagas/relay.ts'
import { createSagas, type Sagas } from '../../commands/sagas/sagas.ts'
import { createControlChannel } from '../../commands/secrets/control-channel.ts'
import { createKeyStore } from '../../commands/secrets/key-store.ts'
import type { MasterKey } from '../../commands/secrets/master-key.ts'
import { shareSubscriptions } from '../../commands/shared-subscription.ts'
import { allCategories } from '../../domain/aggregates.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type Config, runs } from '../config.ts'
import { dispatchSettings } from './dispatch-settings.ts'
import type { Stores } from './stores-context.ts'

export type ControlPlane = {
  readonly handler: Handler
  readonly directory: Directory
  /** What backups are encrypted by; absent where none are kept. */
  readonly keys: KeyStore | undefined
  readonly relay: Relay
  readonly sagas: Sagas
}

/** Another process' relay must stand still for this long, with work to do, before this one takes over. */
const takeOverAfterMs = 1250
const saveCheckpointEveryMs = 250

/** The write side: what it takes to handle commands, and what follows from them by itself (`relay`, `sagas`). Nothing runs yet. */
export const createControlPlane = (
  {
    stores,
    kernel,
    masterKey,
    backups: store,
  }: {
    readonly stores: Stores
    readonly kernel: Kernel
    readonly masterKey: MasterKey | null
    readonly backups: BackupStore | null
  },
  config: Config,
): ControlPlane => {
  const { bus, checkpoints, holder, isShared } = stores
  const { eventStore: remembering, has: isOwn } = rememberOwnEvents(stores.eventStore)
  // An API alone follows few categories in one place.
  const eventStore = runs(config, 'saga') ? shareSubscriptions(remembering, { categories: allCategories }) : remembering
  const directory = createDirectory({ ...kernel, eventStore })
  const handler = createHandler({ ...kernel, eventStore, isClaimed: directory.claims.isClaimed })
  // A projector of a shared log has no key, and nobody listens to it.
  const channel = createControlChannel(masterKey ?? randomBytes(32))
  const keys = store && masterKey ? createKeyStore(masterKey, stores.keys) : undefined
  return {
    handler,
    directory,
    keys,
    relay: createRelay({
      ...kernel,
      eventStore,
      bus,
      checkpoints,
      channel,
      holder,
      // The lock on a data directory lets one process have the role.
      exclusive: !isShared,
      takeOverAfterMs,
      saveEveryMs: saveCheckpointEveryMs,
    }),
    sagas: createSagas({
      ...kernel,
      eventStore,
      bus,
      handler,
      directory,
      channel,
      isOwn,
      ...(store && keys && { backups: { store, keys } }),
      worker: holder,
      hostLostAfterMs: config.hostLostAfterMs,
      settings: dispatchSettings(config),
    }),
  }
}
