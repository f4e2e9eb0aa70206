import type { HostDescription } from '../../../domain/host/events.ts'
import {
  parseBackupId,
  parseCommandId,
  parseFlavorId,
  parseHostId,
  parseInstanceId,
  parseNodeId,
  parseOperationId,
  parseProjectId,
} from '../../../domain/ids.ts'
import { parseScheduleId } from '../../../domain/schedule/id.ts'
import { parseTokenId } from '../../../domain/token/id.ts'
import type { Fault } from '../../../domain/values/fault.ts'
import { type InstanceSpec, sealedSchema } from '../../../domain/values/instance-spec.ts'

/** A UUIDv7 that says which it is. */
const uuid = (kind: number, ordinal: number): string =>
  `019a${kind.toString(16).padStart(4, '0')}-0000-7000-8000-${ordinal.toString(16).padStart(12, '0')}`

export const instanceId = (ordinal = 1) => parseInstanceId(uuid(1, ordinal))
export const operationId = (ordinal = 1) => parseOperationId(uuid(2, ordinal))
export const backupId = (ordinal = 1) => parseBackupId(uuid(10, ordinal))
export const hostId = (ordinal = 1) => parseHostId(uuid(3, ordinal))
export const nodeId = (ordinal = 1) => parseNodeId(uuid(9, ordinal))
export const tokenId = (ordinal = 1) => parseTokenId(uuid(4, ordinal))
export const commandId = (ordinal = 1) => parseCommandId(uuid(5, ordinal))
export const reportId = (ordinal = 1) => uuid(6, ordinal)
export const scheduleId = (ordinal = 1) => parseScheduleId(uuid(8, ordinal))
export const projectId = parseProjectId('shop-team')
export const flavorId = parseFlavorId('small')

const origin = Date.parse('2026-01-01T00:00:00.000Z')
/** Seconds after the beginning of every spec, as ISO 8601. */
export const at = (seconds: number): string => new Date(origin + seconds * 1000).toISOString()

export const spec: InstanceSpec = {
  datastore: 'postgresql',
  version: '17.10',
  flavor: flavorId,
  vcpus: 1,
  memoryMiB: 512,
  volumeGiB: 2,
}

export const resources = { vcpus: 1, memoryMiB: 512, volumeGiB: 2 }

export const databases = [{ name: 'app' }]
export const users = [{ name: 'app', sealedPassword: sealedSchema.parse('1.c2VhbGVk'), databases: ['app'] }]

export const facts = { endpoint: { host: '127.0.0.1', port: 15432 }, caCertificate: '-----BEGIN CERTIFICATE-----' }

export const fault: Fault = {
  code: 'ENGINE_START_FAILED',
  message: 'the engine did not start',
  retryable: false,
  cause: 'FATAL: could not create lock file',
}

export const hostDescription = (ordinal = 1): HostDescription => ({
  hostId: hostId(ordinal),
  name: `host-${ordinal}`,
  address: '127.0.0.1',
  agentVersion: '0.1.0',
  caCertificate: '-----BEGIN CERTIFICATE-----',
  capacity: { vcpus: 4, memoryMiB: 4096, volumeGiB: 20 },
  engines: [
    { datastore: 'postgresql', version: '17.10', source: 'npm' },
    { datastore: 'postgresql', version: '18.4', source: 'npm' },
    { datastore: 'redis', version: '7.0.15', source: 'system' },
  ],
  isolation: { unixUser: true, cgroup: 'v1', volume: 'loop', missing: [] },
})
