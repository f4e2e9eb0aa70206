import { randomUUID } from 'node:crypto'
import { BACKWARDS, END, ErrorType, type JSONEventType, type JSONRecordedEvent } from '@eventstore/db-client'
import { z } from 'zod'
import type { CheckpointStore } from '../../ports/checkpoint-store.ts'
import { beforeFirst } from '../../ports/event-store.ts'
import type { KurrentConnection } from './connection.ts'
import { isType } from './errors.ts'
import type { ProposedEvent } from './recorded-event.ts'
import { checkpointCategory } from './stream-filter.ts'

const savedSchema = z.object({ position: z.int().min(beforeFirst), holder: z.string() })

/** So many are kept, for one that can be read to be among them when others have written to the stream. */
const kept = 10

/**
 * Checkpoints as the last event of `checkpoint-<name>` each, whose revision is the version less one. Followers of the log do not see those
 * streams. An event that is no checkpoint counts as a version, and the position is that of the last one that is: what came after it is
 * handled again. Throws `EventStoreUnavailable`.
 */
export const createKurrentCheckpointStore = ({
  connection,
}: {
  readonly connection: KurrentConnection
}): CheckpointStore => {
  const { callOptions, names } = connection
  const streamOf = (name: string): string => names.onServer(`${checkpointCategory}-${name}`)

  /** The server removes the others when it is scavenged. */
  const keepOnlyTheLatest = async (stream: string): Promise<void> => {
    try {
      await connection.append(`$$${stream}`, [proposed('$metadata', { $maxCount: kept })], 'no-stream')
    } catch (error) {
      // Somebody has set it, perhaps this call on its first try.
      if (!isType(error, ErrorType.WRONG_EXPECTED_VERSION)) throw error
    }
  }

  /** The last first. What is in them is looked at outside: an error in there is not one of the connection. */
  const readLatest = async (stream: string): Promise<readonly JSONRecordedEvent[]> => {
    try {
      return await connection.run(async (client) => {
        const options = { ...callOptions, direction: BACKWARDS, fromRevision: END, maxCount: kept } as const
        const reading = client.readStream<JSONEventType>(stream, options)
        reading.on('error', () => undefined)
        const events: JSONRecordedEvent[] = []
        for await (const { event } of reading) if (event) events.push(event)
        return events
      })
    } catch (error) {
      if (isType(error, ErrorType.STREAM_NOT_FOUND)) return []
      throw error
    }
  }

  return {
    load: async (name) => {
      const events = await readLatest(streamOf(name))
      const [last] = events
      if (last === undefined) return null
      const sound = events.map(({ data }) => savedSchema.safeParse(data)).find(({ success }) => success)
      return { ...(sound?.data ?? { position: beforeFirst, holder: '' }), version: Number(last.revision) + 1 }
    },
    save: async (name, { position, holder }, expectedVersion) => {
      const stream = streamOf(name)
      if (expectedVersion === 0) await keepOnlyTheLatest(stream)
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
