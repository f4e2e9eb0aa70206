import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { sagaGroup } from '../../commands/sagas/sagas.ts'
import { agentCommandsTopic, inboxGroup } from '../../domain/guest/topics.ts'
import type { HostId } from '../../domain/ids.ts'

/** What of the bus a process consumes. `hostId`: of its agent, null where it has none or that has not started. */
export type Consumes = { readonly isSaga: boolean; readonly hostId: HostId | null }

/**
 * Throws if the bus has lost a topic that this process consumes. Such a bus answers, and takes heartbeats, but delivers nothing. The offsets
 * of a group go with its topic, so a group that has joined and has none consumes nothing.
 */
export const assertTopicsAreThere = async (
  bus: Pick<MessageBus, 'lag'>,
  { isSaga, hostId }: Consumes,
): Promise<void> => {
  const groups = [
    ...(isSaga ? [{ group: sagaGroup, lost: lostBySagas }] : []),
    ...(hostId === null ? [] : [{ group: inboxGroup(hostId), lost: lostByAgent(hostId) }]),
  ]
  const lags = await Promise.all(groups.map(({ group }) => bus.lag(group)))
  const without = groups.find((_, index) => lags[index]?.length === 0)
  if (without) throw new Error(without.lost)
}

const lostBySagas = 'the bus knows nothing of the sagas: its topics were lost and are not made again yet'

const lostByAgent = (hostId: HostId): string =>
  `the bus has lost the topic ${agentCommandsTopic(hostId)}: no command reaches this agent until the next one recreates it`
