import { randomUUID } from 'node:crypto'
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client'
import { parseConnectionUrl } from '../../../commands/adapters/kurrentdb/connection-url.ts'
import type { InstanceId } from '../../../domain/ids.ts'
import { operator } from '../log/population.ts'
import type { Work } from '../log/repeated-commands.ts'
import type { Stack } from './stack.ts'

/** What cannot be done without: appends to the event store of a stack by its client alone. */
export type RawAppends = Work & { readonly close: () => Promise<void> }

/**
 * Each is of one event like `InstanceRenamed`, at the revision the last one gave, to a stream for each instance that is none of ours. By the
 * client's own `appendToStream`, which sends all over one call (`BatchAppend`).
 */
export const openRawAppends = ({ environment }: Pick<Stack, 'environment'>): RawAppends => {
  const client = EventStoreDBClient.connectionString(
    parseConnectionUrl(environment.COFFER_EVENTSTORE_URL ?? '').clientUrl,
  )
  const run = `bench${randomUUID().slice(0, 8)}`
  const revisions = new Map<InstanceId, bigint>()
  let count = 0
  return {
    begin: async (instanceId) => {
      count += 1
      const [id, commandId] = [randomUUID(), randomUUID()]
      const event = jsonEvent({
        id,
        type: 'InstanceRenamed',
        data: { name: `name-${count}` },
        metadata: {
          eventId: id,
          at: new Date().toISOString(),
          actor: operator,
          commandId,
          correlationId: null,
          projectId: 'default',
          instanceId,
          causationId: commandId,
          schemaVersion: 1,
        },
      })
      // With a dot in its name it is in no category of ours, and nobody takes it for part of the log.
      const { nextExpectedRevision } = await client.appendToStream(`${run}.instance-${instanceId}`, event, {
        expectedRevision: revisions.get(instanceId) ?? NO_STREAM,
        requiresLeader: true,
      })
      revisions.set(instanceId, nextExpectedRevision)
    },
    close: () => client.dispose(),
  }
}
