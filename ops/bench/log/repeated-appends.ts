import type { EventStore, NewEvent } from '../../../commands/ports/event-store.ts'
import { type InstanceId, type ProjectId, parseCommandId, parseEventId } from '../../../domain/ids.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { operator } from './population.ts'
import type { Work } from './repeated-commands.ts'
import type { WriteSide } from './write-side.ts'

/** What is appended for a thing: to which stream, and the event with this number. */
export type AppendedFor<Id> = (
  id: Id,
  ordinal: number,
) => Pick<NewEvent, 'type' | 'data'> & {
  readonly stream: StreamName
  readonly projectId: ProjectId
  readonly instanceId: InstanceId | null
}

/** Appends by the store alone, of events that are made beforehand but for their ids, each at the revision the last one gave. */
export const createAppends = async <Id>(
  { eventStore, ids }: WriteSide,
  targets: readonly Id[],
  appendedFor: AppendedFor<Id>,
): Promise<Work<Id>> => {
  const revisions = new Map<StreamName, number>()
  for (const target of targets) {
    const { stream } = appendedFor(target, 0)
    revisions.set(stream, await lastRevision(eventStore, stream))
  }
  const commandId = parseCommandId(ids.next())
  const at = new Date().toISOString()
  let count = 0
  return {
    begin: async (target) => {
      count += 1
      const { stream, type, data, projectId, instanceId } = appendedFor(target, count)
      const id = parseEventId(ids.next())
      const whose = { projectId, instanceId, correlationId: null }
      const metadata = { eventId: id, at, actor: operator, commandId, ...whose, causationId: commandId }
      const last = revisions.get(stream) ?? none
      const event = { id, type, version: 1, data, metadata }
      const { revision } = await eventStore.append(stream, [event], last === none ? 'no-stream' : last)
      revisions.set(stream, revision)
    },
  }
}

const none = -1

const lastRevision = async (eventStore: EventStore, stream: StreamName): Promise<number> => {
  for await (const page of eventStore.readStream(stream, { direction: 'backwards', maxCount: 1 })) {
    return page[0]?.revision ?? none
  }
  return none
}
