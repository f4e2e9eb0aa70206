import type { CheckpointStore } from '../../commands/ports/checkpoint-store.ts'
import type { EventStore } from '../../commands/ports/event-store.ts'
import type { WrappedKeys } from '../../commands/ports/key-store.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import type { StreamInspector } from '../../commands/ports/stream-inspector.ts'
import type { Log } from '../../kernel/log.ts'
import type { Config } from '../config.ts'

export type Stores = {
  readonly eventStore: EventStore
  readonly bus: MessageBus
  readonly checkpoints: CheckpointStore
  readonly keys: WrappedKeys
  readonly inspector: StreamInspector
  /** Names this process among those on the same stores. */
  readonly holder: string
  /** Whether another process may have the same roles on the same stores. */
  readonly isShared: boolean
  /** Whether there is a log of ours beside this one, without a namespace. Null where streams cannot have one. */
  readonly hasLogWithoutNamespace: (() => Promise<boolean>) | null
  readonly close: () => Promise<void>
}

export type BusAlone = Pick<Stores, 'bus' | 'close'>

export type StoresContext = {
  readonly config: Config
  readonly log: Log
  /** Told when a store has given up for good, or has another log than before: this process cannot do its work any more. */
  readonly onFatal: (error: Error) => void
}
