import type { AllStreamRecordedEvent } from '@eventstore/db-client'
import { tryCategory } from '../../../domain/aggregates.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { mapFew } from '../../../kernel/map-few.ts'
import { beforeFirst, type EventStore, type Position } from '../../ports/event-store.ts'
import { isCut, maxConditions, type StreamInspector } from '../../ports/stream-inspector.ts'
import type { KurrentConnection } from './connection.ts'
import { readFiltered } from './filtered-read.ts'

export type StreamInspectorDeps = {
  readonly connection: KurrentConnection
  readonly eventStore: Pick<EventStore, 'readStream' | 'end'>
}

/** Metadata of streams lie in streams of their own, and what ends a stream for good in the stream itself. */
const metadataPrefix = '$$'
const typePrefixes = ['$metadata', '$streamDeleted']
/** What the server heeds. Any other metadata is the operator's own business. */
const heeded = ['$maxCount', '$maxAge', '$tb', '$cacheControl', '$acl']
/** So many times the time of a call, for the server to look through the whole log: a few hundred thousand records a second. */
const lookCalls = 100
const maxReads = 16

/**
 * Finds streams by the records that cut, limit or end them: one filtered read, and then the first event of each. A stream whose events are gone
 * in another way is not found here.
 */
export const createKurrentStreamInspector = ({ connection, eventStore }: StreamInspectorDeps): StreamInspector => {
  const { names, callOptions, callTimeoutMs } = connection
  const found = new Map<StreamName, readonly string[]>()
  let lookedUpTo: Position = beforeFirst
  let complete = true

  const ours = (nameOnServer: string): StreamName | null => {
    const stream = names.ours(nameOnServer)
    return stream !== null && tryCategory(stream) !== null ? stream : null
  }

  const note = ({ type, streamId, data }: AllStreamRecordedEvent): void => {
    const isMetadata = type === '$metadata' && streamId.startsWith(metadataPrefix)
    if (!isMetadata && type !== '$streamDeleted') return
    const stream = ours(isMetadata ? streamId.slice(metadataPrefix.length) : streamId)
    if (stream === null) return
    if (!found.has(stream) && found.size === maxConditions) complete = false
    // A stream whose settings were taken back is kept: its head may have gone meanwhile.
    else found.set(stream, isMetadata ? settingsOf(data) : ['deleted for good'])
  }

  const lookThrough = (signal: AbortSignal): Promise<void> =>
    connection.run(
      async (client) => {
        const filter = { typePrefixes }
        for await (const { event } of readFiltered(client, { filter, from: lookedUpTo, callOptions })) {
          signal.throwIfAborted()
          if (event) note(event)
        }
      },
      signal,
      lookCalls * callTimeoutMs,
    )

  const firstOf = async (stream: StreamName, signal: AbortSignal): Promise<number | null> => {
    for await (const [event] of eventStore.readStream(stream, { maxCount: 1, signal })) {
      if (event) return event.revision
    }
    return null
  }

  const firstOfEach = (streams: readonly StreamName[], signal: AbortSignal) =>
    mapFew(streams, maxReads, async (stream) => ({ stream, first: await firstOf(stream, signal) }))

  return {
    inspect: async (signal) => {
      const end = await eventStore.end()
      await lookThrough(signal)
      lookedUpTo = end
      const firsts = await firstOfEach([...found.keys()], signal)
      const conditions = firsts.map((each) => ({ ...each, settings: found.get(each.stream) ?? [] }))
      const streams = conditions.filter((condition) => condition.settings.length > 0 || isCut(condition))
      streams.sort((a, b) => (a.stream < b.stream ? -1 : 1))
      return { streams, complete }
    },
    findEmpty: async (streams, signal) =>
      (await firstOfEach(streams, signal)).filter(({ first }) => first === null).map(({ stream }) => stream),
  }
}

/** In words of the store. Who may read and write is not told. */
const settingsOf = (data: unknown): readonly string[] => {
  if (typeof data !== 'object' || data === null) return []
  return heeded.flatMap((name) => {
    const value = (data as Readonly<Record<string, unknown>>)[name]
    if (value === undefined) return []
    if (name === '$tb' && Number(value) >= Number.MAX_SAFE_INTEGER) return ['deleted']
    return typeof value === 'number' ? [`${name}: ${value}`] : [name]
  })
}
