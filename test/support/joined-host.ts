import { randomUUID } from 'node:crypto'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import type { AgentReport } from '../../domain/guest/report.ts'
import { agentResultsTopic } from '../../domain/guest/topics.ts'
import type { HostDescription } from '../../domain/host/events.ts'
import { createScriptedChannel, type JoinBy, type ScriptedChannel } from '../../ops/bench/log/scripted-channel.ts'

/** Registers a host that does nothing, and gives what it signs with. */
export const joinAsHost = async (bus: MessageBus, host: HostDescription, joinBy: JoinBy): Promise<ScriptedChannel> => {
  const channel = createScriptedChannel(host.hostId, joinBy)
  const { signingKey, join, sign } = channel
  const stamp = { reportId: randomUUID(), at: new Date().toISOString() }
  const report: AgentReport = { type: 'registered', ...stamp, host, signingKey, join }
  await bus.publish([sign({ topic: agentResultsTopic, key: host.hostId, value: JSON.stringify(report) })])
  return channel
}
