import { randomUUID } from 'node:crypto'
import { BACKWARDS, END, ErrorType } from '@eventstore/db-client'
import { z } from 'zod'
import type { CheckpointStore } from '../../ports/checkpoint-store.ts'
import type { KurrentConnection } from './connection.ts'
import { isType } from './errors.ts'
import type { ProposedEvent } from './recorded-event.ts'
import { checkpointCategory } from './stream-filter.ts'

const savedSchema = z.object({ position: z.number(), holder: z.string() })

/**
 * Checkpoints as the last event of `checkpoint-<name>` each, whose revision is the version less one. Followers of the log do not see those
 * streams. Throws `EventStoreUnavailable`.
 */
export const createKurrentCheckpointStore = ({
  connection,
}: {
  readonly connection: KurrentConnection
}): CheckpointStore => {
  const { callOptions, names } = connection
  const streamOf = (name: string): string => names.onServer(`${checkpointCategory}-${name}`)

  /** Only the last event is of any use; the server removes the others when it is scavenged. */
  const keepOnlyTheLast = async (stream: string): Promise<void> => {
    try {
      await connection.append(`$$${stream}`, [proposed('$metadata', { $maxCount: 1 })], 'no-stream')
    } catch (error) {
      // Somebody has set it, perhaps this call on its first try.
      if (!isType(error, ErrorType.WRONG_EXPECTED_VERSION)) throw error
    }
  }

  return {
    load: async (name) => {
      try {
        return await connection.run(async (client) => {
          const reading = client.readStream(streamOf(name), {
            ...callOptions,
            direction: BACKWARDS,
            fromRevision: END,
            maxCount: 1,
          })
          reading.on('error', () => undefined)
          for await (const { event } of reading) {
            if (event) return { ...savedSchema.parse(event.data), version: Number(event.revision) + 1 }
          }
          return null
        })
      } catch (error) {
        if (isType(error, ErrorType.STREAM_NOT_FOUND)) return null
        throw error
      }
    },
    save: async (name, { position, holder }, expectedVersion) => {
      const stream = streamOf(name)
      if (expectedVersion === 0) await keepOnlyTheLast(stream)
      // One id for all tries, so that a save whose answer was lost is not taken for somebody else's.
      const event = proposed('CheckpointSaved', { position, holder })
      try {
        await connection.append(stream, [event], expectedVersion === 0 ? 'no-stream' : expectedVersion - 1)
        return 'saved'
      } catch (error) {
        if (isType(error, ErrorType.WRONG_EXPECTED_VERSION)) return 'stale'
        throw error
      }
    },
  }
}

const proposed = (type: string, data: object): ProposedEvent => ({
  id: randomUUID(),
  type,
  data: new TextEncoder().encode(JSON.stringify(data)),
  metadata: new Uint8Array(),
})
