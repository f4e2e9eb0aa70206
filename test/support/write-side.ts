import { createEmbeddedCheckpointStore } from '../../commands/adapters/embedded/checkpoint-store.ts'
import { createEmbeddedEventStore } from '../../commands/adapters/embedded/event-store.ts'
import { createEmbeddedMessageBus } from '../../commands/adapters/embedded/message-bus.ts'
import { openEmbeddedDatabase } from '../../commands/adapters/embedded/open-database.ts'
import { createDirectory } from '../../commands/directory.ts'
import { createHandler } from '../../commands/handle.ts'
import { createControlChannel } from '../../commands/secrets/control-channel.ts'
import { systemClock, type WallClock } from '../../kernel/clock.ts'
import { createIdSource } from '../../kernel/ids.ts'
import { systemKernel } from '../../kernel/kernel.ts'
import type { Log } from '../../kernel/log.ts'

/** Keeps what was logged, so that a test can say nothing went wrong. */
export const createRecordingLog = () => {
  const lines: {
    readonly level: 'debug' | 'info' | 'warn' | 'error'
    readonly message: string
    readonly fields: object
  }[] = []
  const at =
    (level: (typeof lines)[number]['level']): Log['info'] =>
    (fields, message) => {
      lines.push({ level, message, fields })
    }
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { log, lines }
}

/** Of every control plane in a test that is no process of its own. */
export const testMasterKey = new Uint8Array(32).fill(1)

/** The write side on the embedded stores, all real, in one directory. */
export const openWriteSide = (dataDir: string, wallClock: WallClock = systemClock) => {
  const { log, lines } = createRecordingLog()
  const { random, timers } = systemKernel(log)
  const clock = { ...systemClock, ...wallClock }
  const database = openEmbeddedDatabase({ dataDir })
  const eventStore = createEmbeddedEventStore({ database })
  const bus = createEmbeddedMessageBus({ database })
  const checkpoints = createEmbeddedCheckpointStore({ database })
  const ids = createIdSource(clock, random)
  const directory = createDirectory({ eventStore, clock, random, timers, log })
  const handler = createHandler({ eventStore, clock, ids, isClaimed: directory.claims.isClaimed })
  const channel = createControlChannel(testMasterKey)
  return {
    database,
    eventStore,
    bus,
    checkpoints,
    clock,
    random,
    timers,
    ids,
    handler,
    directory,
    channel,
    log,
    lines,
    close: async () => {
      await directory.stop()
      await bus.close()
      await eventStore.close()
      await database.close()
    },
  }
}
