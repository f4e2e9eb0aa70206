import type { HostDescription } from '../domain/host/events.ts'
import type { NodeId } from '../domain/ids.ts'
import type { VolumeUse } from '../domain/values/volume-use.ts'
import type { BusState } from './bus-link.ts'
import { type ChannelCounts, noChannelCounts } from './channel.ts'
import { type AgentDeps, type Inspection, type OpenAgent, openAgent } from './open-agent.ts'
import { type IncidentCounts, noIncidents } from './supervision/incidents.ts'

export type Agent = {
  /**
   * Makes the host ready and looks after its databases from then on: adopts engines that run, starts those that should. For that it needs no
   * bus. Answers what it registers there. Throws when the directory is not its own or not usable; then nothing runs. The signal
   * bounds the start alone.
   */
  start(signal: AbortSignal): Promise<HostDescription>
  /**
   * Resolves when the host is registered, has taken up the commands that were left pending, and takes new ones: as soon as the bus answers,
   * which is tried until `stop`. Rejects when it is stopped before, or the bus will never have it.
   */
  connected(): Promise<void>
  /** Whether commands come through now. */
  bus(): BusState
  /**
   * Takes no more commands, breaks off what is in hand (it goes on at the next start) and publishes what is left to say. `keep`
   * leaves engines running, for the next start to adopt; `stop` ends them cleanly, and the next start brings them back.
   */
  stop(options: { readonly engines: 'keep' | 'stop' }): Promise<void>
  inspect(nodeId: NodeId): Inspection
  /** How the volumes of instances that should run were measured last. */
  volumeUses(): readonly VolumeUse[]
  /** How many incidents of engines were reported since the agent's start, of each cause. */
  incidents(): IncidentCounts
  /** How many messages to this agent were dropped because the control plane has not signed them. */
  dropped(): ChannelCounts
  /** When the first certificate ends, of the CA and of instances that should run. Null while the agent does not run. */
  certificatesEnd(): Promise<Date | null>
}

/** The agent of one database host. One process owns the directory `config.agentDir`. */
export const createAgent = (deps: AgentDeps): Agent => {
  let opened: OpenAgent | null = null
  return {
    start: async (signal) => {
      if (opened) throw new Error('the agent was started already')
      opened = await openAgent(deps, signal)
      return opened.description
    },
    connected: () => opened?.connected ?? Promise.reject(new Error('the agent was not started')),
    bus: () => opened?.bus() ?? { ok: false, reason: 'the agent does not run' },
    stop: async ({ engines }) => {
      const stopping = opened
      opened = null
      await stopping?.close(engines)
    },
    inspect: (nodeId) => opened?.inspect(nodeId) ?? { record: null, effects: [] },
    volumeUses: () => opened?.volumeUses() ?? [],
    incidents: () => opened?.incidents() ?? noIncidents,
    dropped: () => opened?.dropped() ?? noChannelCounts,
    certificatesEnd: async () => (opened ? opened.certificatesEnd() : null),
  }
}
