import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { GuestCommand } from '../../../domain/guest/command.ts'
import type { AgentReport, EngineFacts, Heartbeat, Holding } from '../../../domain/guest/report.ts'
import type { HostDescription } from '../../../domain/host/events.ts'
import type { HostId, NodeId } from '../../../domain/ids.ts'
import type { SealingKey } from '../../../domain/values/sealing-key.ts'

/** Host and engine of every command that is answered: as large as the real thing. */
const caCertificate = `-----BEGIN CERTIFICATE-----\n${randomBytes(420).toString('base64')}\n-----END CERTIFICATE-----\n`
const facts: EngineFacts = { endpoint: { host: '127.0.0.1', port: 15432 }, caCertificate }

/** What an agent answers whose engines always start, or fail where it is told so. */
export const answerTo = (
  { commandId, operationId, instanceId, nodeId, hostId, payload }: GuestCommand,
  stamp: Pick<AgentReport, 'reportId' | 'at'>,
  failed = false,
): AgentReport => {
  const common = { ...stamp, commandId, operationId, instanceId, nodeId, hostId }
  if (failed) {
    const message = 'the engine ended right after its start'
    return { type: 'failed', ...common, fault: { code: 'ENGINE_START_FAILED', message, retryable: false } }
  }
  return { type: 'succeeded', ...common, ...(payload.kind === 'engine-running' ? { facts } : {}) }
}

/** What such an agent holds after the commands it was sent, for its heartbeats. */
export const createScriptedHoldings = () => {
  const holds = new Map<NodeId, Holding>()
  const nothingYet = { running: false, health: 'UNKNOWN', epoch: 0, generation: -1, port: null } as const
  return {
    take: ({ instanceId, nodeId, nodeGeneration, epoch, payload }: GuestCommand): void => {
      const held = { ...(holds.get(nodeId) ?? { instanceId, nodeGeneration, ...nothingYet }), epoch }
      if (payload.kind === 'node-absent') holds.delete(nodeId)
      else if (payload.kind === 'engine-stopped') holds.set(nodeId, { ...held, running: false, health: 'UNKNOWN' })
      else if (payload.kind === 'engine-running') {
        const { generation } = payload
        holds.set(nodeId, { ...held, running: true, health: 'HEALTHY', generation, port: facts.endpoint.port })
      } else holds.set(nodeId, held)
    },
    now: (): Heartbeat['holds'] => Object.fromEntries(holds),
  }
}

/** A host with room for everything. */
export const describeHost = (hostId: HostId, name: string): HostDescription => ({
  hostId,
  name,
  address: '127.0.0.1',
  agentVersion: '0.1.0',
  caCertificate,
  capacity: { vcpus: 1_000_000, memoryMiB: 1_000_000_000, volumeGiB: 1_000_000 },
  engines: [{ datastore: 'postgresql', version: '17.10', source: 'npm' }],
  isolation: { unixUser: true, cgroup: 'v2', volume: 'loop', missing: [] },
})

/** Keys that nobody has the private ones of, with numbers from `first` on: enough for the instances that are asked for in one go. */
export const sealingKeysFrom = (first: number): readonly SealingKey[] => {
  const { publicKey } = generateKeyPairSync('x25519')
  const text = publicKey.export({ format: 'jwk' }).x ?? ''
  return Array.from({ length: offeredKeys }, (_, index) => ({ number: first + index, publicKey: text }))
}
const offeredKeys = 256
