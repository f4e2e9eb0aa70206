import { randomUUID } from 'node:crypto'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { type GuestCommand, guestCommandSchema } from '../../domain/guest/command.ts'
import { registrationAnswer, registrationAnswerSchema } from '../../domain/guest/registration-answer.ts'
import type { AgentReport } from '../../domain/guest/report.ts'
import { agentCommandsTopic, agentHeartbeatsTopic, agentResultsTopic } from '../../domain/guest/topics.ts'
import type { HostDescription } from '../../domain/host/events.ts'
import { parseHostId } from '../../domain/ids.ts'
import type { Fault } from '../../domain/values/fault.ts'
import { createScriptedHoldings } from '../../ops/bench/log/scripted-answers.ts'
import { createScriptedChannel, type JoinBy, joinByMasterKey } from '../../ops/bench/log/scripted-channel.ts'
import { testMasterKey } from './write-side.ts'

/** What the agent says to one command: it did it, it failed, or it never answers. */
export type Script = (command: GuestCommand) => 'succeed' | 'silent' | Fault

export const caCertificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

export const hostDescription = (overrides: Partial<HostDescription> = {}): HostDescription => {
  const hostId = parseHostId(randomUUID())
  return {
    hostId,
    // No two hosts have the same.
    name: `host-${hostId.slice(0, 8)}`,
    address: '127.0.0.1',
    agentVersion: '0.1.0',
    caCertificate,
    capacity: { vcpus: 64, memoryMiB: 262_144, volumeGiB: 10_000 },
    engines: [
      { datastore: 'postgresql', version: '17.10', source: 'npm' },
      { datastore: 'postgresql', version: '17.9', source: 'npm' },
    ],
    isolation: { unixUser: true, cgroup: 'v1', volume: 'directory', missing: [] },
    ...overrides,
  }
}

/** More than a test uses, of a key pair that nobody kept. */
export const sealingKeys = Array.from({ length: 1000 }, (_, index) => ({
  number: index + 1,
  publicKey: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo',
}))

/**
 * An agent without engines: it speaks the protocol as the real one does and does what its script says. `holdings`: of its host, from an agent that was
 * there before.
 */
export const startScriptedAgent = async (
  bus: MessageBus,
  description: HostDescription,
  script: Script,
  holdings = createScriptedHoldings(),
  joinBy: JoinBy = joinByMasterKey(testMasterKey),
) => {
  const { hostId } = description
  const { sign, signingKey, join } = createScriptedChannel(hostId, joinBy)
  const received: GuestCommand[] = []
  const answers: (string | null)[] = []
  const topic = agentCommandsTopic(hostId)
  const report = (body: AgentReport) =>
    bus.publish([
      sign({
        topic: agentResultsTopic,
        key: 'operationId' in body ? body.operationId : hostId,
        value: JSON.stringify(body),
      }),
    ])
  const stamp = () => ({ reportId: randomUUID(), at: new Date().toISOString() })
  const answer = (command: GuestCommand, said: ReturnType<Script> = 'succeed'): Promise<void> => {
    const { commandId, operationId, instanceId, nodeId } = command
    const answered = { ...stamp(), commandId, operationId, instanceId, nodeId, hostId }
    if (said === 'silent') return Promise.resolve()
    if (said !== 'succeed') return report({ type: 'failed', ...answered, fault: said })
    const facts = { endpoint: { host: description.address, port: 15_432 }, caCertificate }
    return report({ type: 'succeeded', ...answered, ...(command.payload.kind === 'engine-running' ? { facts } : {}) })
  }
  await bus.ensureTopics([{ name: topic, partitions: 1, retentionMs: 3_600_000 }])
  const consumer = bus.consume({
    group: `agent-${hostId}`,
    topics: [topic],
    start: 'earliest',
    handle: async (message) => {
      if (message.headers.type === registrationAnswer) {
        answers.push(registrationAnswerSchema.parse(JSON.parse(message.value)).refusal)
        return
      }
      const command = guestCommandSchema.parse(JSON.parse(message.value))
      received.push(command)
      holdings.take(command)
      await answer(command, script(command))
    },
  })
  await consumer.ready
  await report({ type: 'registered', ...stamp(), host: description, signingKey, join })
  await report({ type: 'sealing-keys', ...stamp(), hostId, keys: sealingKeys })
  return {
    hostId,
    received,
    /** What its registrations were answered with: null where it was let in. */
    answers,
    holdings,
    answer,
    report,
    beat: () =>
      bus.publish([
        sign({
          topic: agentHeartbeatsTopic,
          key: hostId,
          value: JSON.stringify({ hostId, at: new Date().toISOString(), holds: holdings.now() }),
        }),
      ]),
    stop: () => consumer.stop(),
  }
}
