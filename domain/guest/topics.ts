import type { HostId } from '../ids.ts'

/** The events that sagas react to, as they stand in the log, keyed by operation where they have one, else by stream. */
export const eventsTopic = 'coffer.events'
/** What agents report: results, progress, health, registrations. Keyed by operation, else by host. */
export const agentResultsTopic = 'coffer.agent.results'
export const agentHeartbeatsTopic = 'coffer.agent.heartbeats'
/** The commands for one agent, keyed by node. */
export const agentCommandsTopic = (hostId: string): string => `coffer.agent.${hostId}.commands`
/** Only its stamps count: they tell the time of the brokers. */
export const clockTopic = 'coffer.clock'

/** The consumer group of the agent of a host: what waits for it is the lag of this one. */
export const inboxGroup = (hostId: string): string => `agent-${hostId}`

/** Whether a topic is one of ours: a broker may serve others, too. */
export const isCofferTopic = (name: string): boolean => name.startsWith('coffer.')

/** A topic as both sides of it make it, whoever is there first. `retentionMs`: how long messages are kept at least. */
export type TopicDescription = { readonly name: string; readonly partitions: number; readonly retentionMs: number }

const hourMs = 3_600_000
const weekMs = 7 * 24 * hourMs

/**
 * Operations spread over the partitions, so saga workers share the load by operation: events and results, both keyed by it, have equally many,
 * and a worker the same ones of both.
 */
export const controlPlaneTopics: readonly TopicDescription[] = [
  { name: eventsTopic, partitions: 4, retentionMs: weekMs },
  { name: agentResultsTopic, partitions: 4, retentionMs: weekMs },
  { name: agentHeartbeatsTopic, partitions: 1, retentionMs: hourMs },
]

/** What an agent needs: its own commands, and where it reports. */
export const agentTopics = (hostId: HostId): readonly TopicDescription[] => [
  // One partition: there is one reader, and it sorts by node itself.
  { name: agentCommandsTopic(hostId), partitions: 1, retentionMs: weekMs },
  ...controlPlaneTopics.filter(({ name }) => name !== eventsTopic),
]
