import { randomUUID } from 'node:crypto'
import type { MessageBus } from '../../../commands/ports/message-bus.ts'
import type { MasterKey } from '../../../commands/secrets/master-key.ts'
import { guestCommandSchema } from '../../../domain/guest/command.ts'
import { registrationAnswer } from '../../../domain/guest/registration-answer.ts'
import type { AgentReport, Heartbeat } from '../../../domain/guest/report.ts'
import {
  agentCommandsTopic,
  agentHeartbeatsTopic,
  agentResultsTopic,
  agentTopics,
} from '../../../domain/guest/topics.ts'
import { parseHostId } from '../../../domain/ids.ts'
import { answerTo, createScriptedHoldings, describeHost } from '../log/scripted-answers.ts'
import { createScriptedChannel, joinByMasterKey } from '../log/scripted-channel.ts'

const heartbeatMs = 2000

/** An agent without engines: it speaks the protocol as the real one does and answers every command at once that it is done. */
export const startBusAgent = async (
  bus: MessageBus,
  masterKey: MasterKey,
): Promise<{ readonly stop: () => Promise<void> }> => {
  const hostId = parseHostId(randomUUID())
  const { sign, signingKey, join } = createScriptedChannel(hostId, joinByMasterKey(masterKey))
  const holdings = createScriptedHoldings()
  const stamp = () => ({ reportId: randomUUID(), at: new Date().toISOString() })
  const report = (body: AgentReport): Promise<void> => {
    const key = 'operationId' in body ? body.operationId : hostId
    return bus.publish([sign({ topic: agentResultsTopic, key, value: JSON.stringify(body) })])
  }
  const beat = (): Promise<void> => {
    const heartbeat: Heartbeat = { hostId, at: new Date().toISOString(), holds: holdings.now() }
    return bus.publish([sign({ topic: agentHeartbeatsTopic, key: hostId, value: JSON.stringify(heartbeat) })])
  }
  await bus.ensureTopics(agentTopics(hostId))
  const consumer = bus.consume({
    group: `agent-${hostId}`,
    topics: [agentCommandsTopic(hostId)],
    start: 'earliest',
    // Not awaited, as the real one works on commands beside its inbox: an agent's partition would be a queue for all its instances.
    handle: async ({ headers, value }) => {
      if (headers.type === registrationAnswer) return
      const command = guestCommandSchema.parse(JSON.parse(value))
      holdings.take(command)
      void report(answerTo(command, stamp()))
    },
  })
  await consumer.ready
  await report({ type: 'registered', ...stamp(), host: describeHost(hostId, 'scripted'), signingKey, join })
  // One that is lost is made up for by the next.
  const timer = setInterval(() => void beat().catch(() => {}), heartbeatMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await consumer.stop()
    },
  }
}
