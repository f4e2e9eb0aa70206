import { randomUUID } from 'node:crypto'
import { ANY, ErrorType, type JSONEventType } from '@eventstore/db-client'
import { z } from 'zod'
import type { WrappedKeys } from '../../ports/key-store.ts'
import type { KurrentConnection } from './connection.ts'
import { isType } from './errors.ts'
import { keyCategory } from './stream-filter.ts'

const keptSchema = z.object({ wrapped: z.string() })

/**
 * Each key as the one event of `key-<subject>`, which followers of the log do not see. A removed stream is soft-deleted, and what it had leaves the disk
 * when the server is scavenged; without the master key it says nothing until then.
 */
export const createKurrentWrappedKeys = ({ connection }: { readonly connection: KurrentConnection }): WrappedKeys => {
  const { callOptions, names } = connection
  const streamOf = (subject: string): string => names.onServer(`${keyCategory}-${subject}`)

  const get = async (subject: string): Promise<string | null> => {
    try {
      return await connection.run(async (client) => {
        const reading = client.readStream<JSONEventType>(streamOf(subject), callOptions)
        reading.on('error', () => undefined)
        let wrapped: string | null = null
        for await (const { event } of reading) wrapped ??= keptSchema.safeParse(event?.data).data?.wrapped ?? null
        return wrapped
      })
    } catch (error) {
      if (isType(error, ErrorType.STREAM_NOT_FOUND)) return null
      throw error
    }
  }

  return {
    get,
    add: async (subject, wrapped) => {
      const event = {
        id: randomUUID(),
        type: 'KeyKept',
        data: new TextEncoder().encode(JSON.stringify({ wrapped })),
        metadata: new Uint8Array(),
      }
      try {
        await connection.append(streamOf(subject), [event], 'no-stream')
      } catch (error) {
        if (!isType(error, ErrorType.WRONG_EXPECTED_VERSION)) throw error
      }
      return (await get(subject)) ?? wrapped
    },
    remove: async (subject) => {
      try {
        await connection.run((client) =>
          client.deleteStream(streamOf(subject), { ...callOptions, expectedRevision: ANY }),
        )
      } catch (error) {
        if (!isType(error, ErrorType.STREAM_NOT_FOUND, ErrorType.STREAM_DELETED)) throw error
      }
    },
  }
}
