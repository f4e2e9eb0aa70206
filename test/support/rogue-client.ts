import { randomUUID } from 'node:crypto'
import type { IncomingMessage, MessageBus, OutgoingMessage } from '../../commands/ports/message-bus.ts'
import type { AgentReport } from '../../domain/guest/report.ts'
import { signMessage } from '../../domain/guest/signed-message.ts'
import { agentHeartbeatsTopic, agentResultsTopic, controlPlaneTopics } from '../../domain/guest/topics.ts'
import type { HostId } from '../../domain/ids.ts'
import { deriveSigner } from '../../kernel/signing.ts'

/** Somebody who has the agents' password for the bus, reads all that is said there and says what he wants, and has no key but his own. */
export const startRogueClient = async (bus: MessageBus) => {
  const heard: IncomingMessage[] = []
  const consumers = controlPlaneTopics.map(({ name }) =>
    bus.consume({
      group: `rogue-${randomUUID()}`,
      topics: [name],
      start: 'earliest',
      handle: async (message) => void heard.push(message),
    }),
  )
  await Promise.all(consumers.map(({ ready }) => ready))
  const key = deriveSigner(randomUUID(), 'rogue')
  let sequence = Date.now() + 3_600_000
  const asHost = (hostId: HostId, message: OutgoingMessage): OutgoingMessage => {
    sequence += 1
    return signMessage(message, { signer: hostId, sequence, key })
  }
  const resultOf = (report: AgentReport): OutgoingMessage => {
    const messageKey =
      'operationId' in report ? report.operationId : 'hostId' in report ? report.hostId : report.host.hostId
    return { topic: agentResultsTopic, key: messageKey, value: JSON.stringify(report) }
  }
  return {
    signingKey: key.publicKey,
    heard: heard as readonly IncomingMessage[],
    stamp: () => ({ reportId: randomUUID(), at: new Date().toISOString() }),
    /** Unsigned, and signed by his own key as the host. */
    report: async (hostId: HostId, ...reports: readonly AgentReport[]): Promise<void> => {
      const messages = reports.map(resultOf)
      await bus.publish([...messages, ...messages.map((message) => asHost(hostId, message))])
    },
    publish: (...messages: readonly OutgoingMessage[]): Promise<void> => bus.publish(messages),
    beat: async (hostId: HostId): Promise<void> => {
      const value = JSON.stringify({ hostId, at: new Date().toISOString(), holds: {} })
      const message = { topic: agentHeartbeatsTopic, key: hostId, value }
      await bus.publish([message, asHost(hostId, message)])
    },
    /** What was said once is said again, as it was. */
    replay: (fits: (message: IncomingMessage) => boolean): Promise<void> =>
      bus.publish(
        heard
          .filter(fits)
          .map(({ topic, key: messageKey, value, headers }) => ({ topic, key: messageKey, value, headers })),
      ),
    stop: async (): Promise<void> => {
      await Promise.all(consumers.map((consumer) => consumer.stop()))
    },
  }
}

/** What a message of the agents' results says; null for any other. */
export const reportIn = ({ topic, value }: Pick<IncomingMessage, 'topic' | 'value'>): AgentReport | null =>
  topic === agentResultsTopic ? (JSON.parse(value) as AgentReport) : null
