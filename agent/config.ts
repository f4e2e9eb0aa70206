import type { DatastoreType } from '../domain/values/instance-spec.ts'
import type { Resources } from '../domain/values/resources.ts'

export type AgentConfig = {
  /** The agent's own directory, absolute: identity, journal, templates, instances. Made if missing. */
  readonly agentDir: string
  /** What people see in the list of hosts. */
  readonly name: string
  /** The host name or address that clients are told to connect to. */
  readonly address: string
  /** The address engines listen on; one that `address` leads to. */
  readonly listenAddress: string
  readonly agentVersion: string
  /** Engines get ports of this range, both ends included. */
  readonly ports: { readonly first: number; readonly last: number }
  /** Where the agent is root, engines run as accounts with ids of this range, both ends included. */
  readonly accountIds: { readonly first: number; readonly last: number }
  /** What to offer instead of what was found: vCPUs, MiB, GiB. */
  readonly capacity: Partial<Resources>
  /** vCPUs offered for each core of the host: a database is idle most of the time, and the cgroup keeps it fair. */
  readonly vcpusPerCore: number
  /** `auto`: a loop device where the host can give one, else a directory. */
  readonly volumes: 'auto' | 'loop' | 'directory'
  readonly heartbeatIntervalMs: number
  readonly healthIntervalMs: number
  /** How long a look at an engine may take before it counts as no answer. */
  readonly healthTimeoutMs: number
  /** How long a start waits for the control plane to say which nodes are gone, before engines that do not run are started. */
  readonly leaveToStartMs: number
  /** An engine that has served nobody for so long, though its process runs, is ended and started again, unless it works or lacks something. */
  readonly uselessAfterMs: number
  /** How long after it happened the health of an engine tells of a crash or a forced restart. */
  readonly incidentShownMs: number
  /** How often an engine is asked over its endpoint, as clients ask it: each time a login with TLS. */
  readonly endpointIntervalMs: number
  /** How often it is seen to that the certificate of a running engine does not expire, and that its volume has its room. */
  readonly upkeepIntervalMs: number
  /** What an engine gets to end cleanly in when all are stopped with the agent; then it is ended at once, and recovers at its next start. */
  readonly lastStopMs: number
  /** How many commands, of as many instances, may be worked on side by side. */
  readonly maxConcurrentCommands: number
  /** Versions made ready in the background after the start: a datastore with an exact version, or without one its newest. */
  readonly prepare: readonly { readonly datastore: DatastoreType; readonly version?: string }[]
  /** Engines to fetch in the background if the host has none. */
  readonly fetch: readonly DatastoreType[]
  /** How many volumes with a copied template to hold ready for the next create; 0 for none. */
  readonly preparedVolumes: number
  /** An engine's log is moved aside before it grows over this; one old log is kept. */
  readonly engineLogLimitBytes: number
}

export const agentDefaults = {
  address: '127.0.0.1',
  listenAddress: '127.0.0.1',
  ports: { first: 15432, last: 19999 },
  // Beside the 900 ids of system accounts and out of the way of people's.
  accountIds: { first: 40_000, last: 49_999 },
  capacity: {},
  vcpusPerCore: 4,
  volumes: 'auto',
  heartbeatIntervalMs: 2000,
  healthIntervalMs: 5000,
  healthTimeoutMs: 5000,
  leaveToStartMs: 10_000,
  uselessAfterMs: 30_000,
  incidentShownMs: 600_000,
  endpointIntervalMs: 30_000,
  upkeepIntervalMs: 3_600_000,
  lastStopMs: 15_000,
  maxConcurrentCommands: 8,
  prepare: [],
  fetch: [],
  preparedVolumes: 2,
  engineLogLimitBytes: 16 * 1024 * 1024,
} as const satisfies Partial<AgentConfig>
