import { createHash } from 'node:crypto'
import { backupStream } from '../../domain/backup/index.ts'
import { type CofferEvent, type CofferEventType, eventCatalogue } from '../../domain/catalogue.ts'
import { configurationStream } from '../../domain/configuration/index.ts'
import { datastoreStream } from '../../domain/datastore/index.ts'
import { type DeadLetterId, parseDeadLetterId } from '../../domain/dead-letter/id.ts'
import { deadLetterStream } from '../../domain/dead-letter/index.ts'
import { exclusionStream } from '../../domain/exclusion/index.ts'
import { flavorStream } from '../../domain/flavor/index.ts'
import { parseJoinTokenId } from '../../domain/fleet/id.ts'
import { fleetStream } from '../../domain/fleet/index.ts'
import { hostStream } from '../../domain/host/index.ts'
import {
  type BackupId,
  type ConfigurationId,
  type FlavorId,
  type HostId,
  type InstanceId,
  type NodeId,
  type OperationId,
  type ProjectId,
  parseBackupId,
  parseCommandId,
  parseConfigurationId,
  parseEventId,
  parseFlavorId,
  parseHostId,
  parseInstanceId,
  parseNodeId,
  parseOperationId,
  parseProjectId,
} from '../../domain/ids.ts'
import { instanceStream } from '../../domain/instance/index.ts'
import type { Actor, EventMetadata } from '../../domain/metadata.ts'
import { operationStream } from '../../domain/operation/index.ts'
import { parametersIdOf, parametersStream } from '../../domain/parameters/index.ts'
import { projectStream } from '../../domain/project/index.ts'
import { parseRequestId, type RequestId } from '../../domain/request/id.ts'
import { requestStream } from '../../domain/request/index.ts'
import { parseScheduleId, type ScheduleId } from '../../domain/schedule/id.ts'
import { scheduleStream } from '../../domain/schedule/index.ts'
import type { StreamName } from '../../domain/stream.ts'
import { timetableStream } from '../../domain/timetable/index.ts'
import { parseTokenId, type TokenId } from '../../domain/token/id.ts'
import { tokenStream } from '../../domain/token/index.ts'
import { type DatastoreType, type Sealed, sealedSchema } from '../../domain/values/instance-spec.ts'

/** Whom the events of an example are about. */
export type World = {
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly nodeId: NodeId
  readonly operationId: OperationId
  readonly hostId: HostId
  readonly flavorId: FlavorId
  readonly tokenId: TokenId
  readonly backupId: BackupId
  readonly scheduleId: ScheduleId
  readonly configurationId: ConfigurationId
  readonly requestId: RequestId
  readonly deadLetterId: DeadLetterId
  readonly datastore: DatastoreType
  readonly version: string
}

/** A UUID (version 7 in form) that is the same for the same words, and grows with `age`. */
export const exampleUuid = (words: string, age = 0): string => {
  const hash = createHash('sha256').update(words).digest('hex')
  const time = age.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`
}

/** The `number`th of each kind of thing; all in one project unless told. */
export const exampleWorld = (number = 1, overrides: Partial<World> = {}): World => ({
  projectId: parseProjectId('acme'),
  instanceId: parseInstanceId(exampleUuid(`instance ${number}`, number)),
  nodeId: parseNodeId(exampleUuid(`node ${number}`, number)),
  operationId: parseOperationId(exampleUuid(`operation ${number}`, number)),
  hostId: parseHostId(exampleUuid('host')),
  flavorId: parseFlavorId('small'),
  tokenId: parseTokenId(exampleUuid(`token ${number}`, number)),
  backupId: parseBackupId(exampleUuid(`backup ${number}`, number)),
  scheduleId: parseScheduleId(exampleUuid(`schedule ${number}`, number)),
  configurationId: parseConfigurationId(exampleUuid(`configuration ${number}`, number)),
  requestId: parseRequestId(exampleUuid(`request ${number}`, number)),
  deadLetterId: parseDeadLetterId(exampleUuid(`dead letter ${number}`, number)),
  datastore: 'postgresql',
  version: '17.10',
  ...overrides,
})

/** What must never be seen in a view. */
export const plantedSecrets = {
  sealed: sealedSchema.parse('planted-sealed-password'),
  secretHash: 'planted-secret-hash',
  fingerprint: 'planted-fingerprint',
} satisfies { sealed: Sealed; secretHash: string; fingerprint: string }

const deadline = '2030-01-01T00:10:00.000Z'
const fault = { code: 'ENGINE_START_FAILED', message: 'the engine did not start', retryable: true, cause: 'last lines' }
const resources = { vcpus: 1, memoryMiB: 512, volumeGiB: 2 }
const largerSize = { flavor: parseFlavorId('medium'), vcpus: 2, memoryMiB: 2048, volumeGiB: 4 }
const facts = { endpoint: { host: '127.0.0.1', port: 5432 }, caCertificate: 'PEM' }
const users = [{ name: 'app', sealedPassword: plantedSecrets.sealed, databases: ['app'] }]
const databases = [{ name: 'app' }]
const contents = {
  location: 'instances/i/backups/b/0a1b2c3d4e5f',
  version: '17.10',
  parts: [{ name: 'data', bytes: 40_000_000, storedBytes: 5_000_000, sha256: '0'.repeat(64) }],
}

type Examples = {
  readonly [T in CofferEventType]: (world: World) => Extract<CofferEvent, { readonly type: T }>['data']
}

const specOf = ({ datastore, version, flavorId }: World) => ({ ...resources, datastore, version, flavor: flavorId })
const labelOf = (world: World) => ({ projectId: world.projectId, name: 'shop', spec: specOf(world) })
const timing = { cron: '0 3 * * *', timeZone: 'Europe/Berlin', lateMinutes: 60 }
const observed = {
  databases: { made: ['scratch'], missing: ['app'], moreMade: 0, moreMissing: 0 },
  users: { made: ['visitor'], missing: [], moreMade: 2, moreMissing: 0 },
}
const values = { work_mem: '64MB' }
const nextDue = '2030-01-02T02:00:00.000Z'
const resolutionOf = ({ deadLetterId }: World) => ({
  letterId: deadLetterId,
  place: { topic: 'coffer.events', partition: 0, offset: '17' },
  parkedAt: '2030-01-01T00:00:00.000Z',
  resolvedBy: parseCommandId(exampleUuid('command')),
})
const anotherNode = parseNodeId(exampleUuid('another node'))
const operationOf = ({ operationId }: World) => ({ operationId, epoch: 1, deadline })

/** Data of every event type there is, so that a new one does not compile until it has an example. */
const examples: Examples = {
  InstanceRequested: (world) => ({
    instanceId: world.instanceId,
    projectId: world.projectId,
    name: 'shop',
    spec: specOf(world),
    nodeId: world.nodeId,
    hostId: world.hostId,
    sealingKey: 1,
    databases,
    users,
    ...operationOf(world),
  }),
  InstanceAdopted: (world) => ({
    ...labelOf(world),
    instanceId: world.instanceId,
    nodeId: world.nodeId,
    nodeGeneration: 1,
    hostId: world.hostId,
    status: 'ACTIVE',
    ...facts,
    epoch: 5,
    generation: 1,
  }),
  InstanceMoved: ({ operationId, hostId }) => ({
    operationId,
    nodeId: anotherNode,
    hostId,
    sealingKey: 2,
    users,
    epoch: 3,
  }),
  InstanceProvisioned: ({ operationId }) => ({ operationId, ...facts }),
  InstanceProvisioningFailed: ({ operationId }) => ({ operationId, fault }),
  InstanceRenamed: () => ({ name: 'store', nameFence: 5 }),
  InstanceDetailsChanged: () => ({
    description: null,
    tags: [{ key: 'team', value: 'data' }],
    deletionProtected: false,
  }),
  InstanceHostRemoved: ({ hostId }) => ({ hostId, fault }),
  InstanceNameLapsed: () => ({ name: 'market', nameFence: 9 }),
  InstanceRestartRequested: operationOf,
  InstanceRestarted: ({ operationId }) => ({ operationId }),
  InstanceStopRequested: operationOf,
  InstanceStopped: ({ operationId }) => ({ operationId }),
  InstanceStartRequested: operationOf,
  InstanceStarted: ({ operationId }) => ({ operationId }),
  InstanceResizeRequested: (world) => ({ ...operationOf(world), ...largerSize }),
  InstanceResized: ({ operationId }) => ({ operationId, ...largerSize, status: 'ACTIVE' }),
  InstanceResizeFailed: ({ operationId }) => ({ operationId, fault, certain: true, volumeGiB: 4, status: 'ACTIVE' }),
  InstanceDatabaseCreationRequested: (world) => ({
    ...operationOf(world),
    name: 'crm',
    characterSet: null,
    collation: null,
    users: ['app'],
    owner: null,
  }),
  InstanceDatabaseCreated: ({ operationId }) => ({ operationId, name: 'crm', users: ['app'] }),
  InstanceDatabaseDeletionRequested: (world) => ({ ...operationOf(world), name: 'app' }),
  InstanceConfigurationRequested: (world) => ({
    ...operationOf(world),
    ...{ configurationId: world.configurationId, revision: 2, values, former: {} },
  }),
  InstanceConfigured: ({ operationId, configurationId }) => ({
    ...{ operationId, configurationId, formerId: null, revision: 2, values, effective: {} },
  }),
  InstanceConfigurationRestartRequested: (world) => ({
    ...operationOf(world),
    ...{ configurationId: world.configurationId, revision: 2, values, former: {} },
  }),
  InstanceReconfigured: ({ operationId, configurationId }) => ({
    ...{ operationId, configurationId, formerId: null, revision: 2, values, effective: values },
  }),
  InstanceConfigurationReported: () => ({
    effective: {},
    refusal: 'the engine does not start with these values of shared_buffers: the host has too little memory for it',
  }),
  InstanceDatabaseDeleted: ({ operationId }) => ({ operationId, name: 'app' }),
  InstanceBackupRequested: (world) => ({
    ...operationOf(world),
    backupId: world.backupId,
    name: 'before the move',
    sealedKey: plantedSecrets.sealed,
    scheduleId: null,
    thenDelete: false,
  }),
  InstanceBackedUp: ({ operationId, backupId }) => ({ operationId, backupId, contents }),
  InstanceUsersCreationRequested: (world) => ({
    ...operationOf(world),
    asked: [{ name: 'ann', sealedPassword: plantedSecrets.sealed, databases: ['app'], level: 'read', host: null }],
  }),
  InstanceUsersCreated: ({ operationId }) => ({
    operationId,
    users: [{ name: 'ann', host: null, access: [{ database: 'app', level: 'read' }] }],
  }),
  InstanceUsersDeletionRequested: (world) => ({ ...operationOf(world), names: ['app'] }),
  InstanceUsersDeleted: ({ operationId }) => ({ operationId, names: ['app'] }),
  InstancePasswordChangeRequested: (world) => ({
    ...operationOf(world),
    name: 'app',
    sealedPassword: plantedSecrets.sealed,
    keepFormer: false,
  }),
  InstancePasswordChanged: ({ operationId }) => ({ operationId, name: 'app', keepsFormer: false }),
  InstanceAccessGrantRequested: (world) => ({
    ...operationOf(world),
    name: 'app',
    databases: ['app'],
    level: 'write',
  }),
  InstanceAccessGranted: ({ operationId }) => ({ operationId, name: 'app', databases: ['app'], level: 'write' }),
  InstanceAccessRevocationRequested: (world) => ({ ...operationOf(world), name: 'app', databases: ['app'] }),
  InstanceAccessRevoked: ({ operationId }) => ({ operationId, name: 'app', databases: ['app'] }),
  InstanceRootEnableRequested: (world) => ({ ...operationOf(world), sealedPassword: plantedSecrets.sealed }),
  InstanceRootEnabled: ({ operationId }) => ({ operationId }),
  InstanceRootDisableRequested: operationOf,
  InstanceRootDisabled: ({ operationId }) => ({ operationId }),
  InstanceExtensionCreationRequested: (world) => ({ ...operationOf(world), database: 'app', name: 'pg_trgm' }),
  InstanceExtensionCreated: ({ operationId }) => ({ operationId, database: 'app', name: 'pg_trgm' }),
  InstanceExtensionDropRequested: (world) => ({ ...operationOf(world), database: 'app', name: 'pg_trgm' }),
  InstanceExtensionDropped: ({ operationId }) => ({ operationId, database: 'app', name: 'pg_trgm' }),
  InstanceAccountsRefreshRequested: operationOf,
  InstanceAccountsRefreshed: ({ operationId }) => ({ operationId, ...observed }),
  InstanceAccountsObserved: () => observed,
  InstanceSharedOperationFailed: ({ operationId }) => ({ operationId, fault }),
  InstanceDeletionRequested: operationOf,
  InstanceDeleted: ({ operationId }) => ({ operationId }),
  InstanceOperationFailed: ({ operationId }) => ({ operationId, fault, status: 'ACTIVE' }),
  InstanceHealthChanged: () => ({ health: 'UNHEALTHY', reason: 'no answer' }),
  InstanceReconciled: () => ({
    status: 'MISSING',
    health: 'UNREACHABLE',
    reason: 'its host does not have it any more',
    epoch: 3,
    generation: 1,
  }),
  InstanceNumbersRaised: () => ({ epoch: 7, generation: 2 }),
  InstanceEndpointChanged: () => facts,

  ProjectQuotaSet: ({ projectId }) => ({
    projectId,
    limits: { instances: 5, vcpus: 8, memoryMiB: 8192, volumeGiB: 50 },
  }),
  ProjectNameHeld: ({ projectId, instanceId }) => ({ projectId, instanceId, name: 'shop', heldUntil: deadline }),
  ProjectNameConfirmed: ({ projectId, instanceId }) => ({ projectId, instanceId, name: 'shop' }),
  ProjectNameReleased: ({ projectId, instanceId }) => ({ projectId, instanceId, name: 'shop' }),
  ProjectBackupHeld: ({ projectId, backupId }) => ({
    projectId,
    backupId,
    bytes: 1_073_741_824,
    heldUntil: deadline,
    ended: [parseBackupId(exampleUuid('a backup of before'))],
  }),
  ProjectBackupConfirmed: ({ projectId, backupId }) => ({ projectId, backupId, bytes: 5_000_000 }),
  ProjectBackupReleased: ({ projectId, backupId }) => ({ projectId, backupId }),
  ProjectTokenHeld: ({ projectId, tokenId }) => ({
    projectId,
    tokenId,
    ancestors: [],
    expiresAt: null,
    heldUntil: deadline,
    ended: [],
  }),
  ProjectTokenConfirmed: ({ projectId, tokenId }) => ({ projectId, tokenId }),
  ProjectTokenReleased: ({ projectId, tokenId }) => ({ projectId, tokenId }),
  QuotaReserved: ({ projectId, instanceId }) => ({ projectId, instanceId, resources, expiresAt: deadline }),
  QuotaCommitted: ({ projectId, instanceId }) => ({ projectId, instanceId, resources }),
  QuotaReleased: ({ projectId, instanceId }) => ({ projectId, instanceId, reason: 'DELETED' }),

  FleetJoinTokenIssued: ({ hostId }) => ({
    tokenId: parseJoinTokenId(exampleUuid('join-token')),
    proofKey: 'proof-key',
    hostId,
    expiresAt: deadline,
  }),
  FleetJoinTokenUsed: ({ hostId }) => ({
    tokenId: parseJoinTokenId(exampleUuid('join-token')),
    hostId,
    signingKey: 'signing-key',
  }),
  FleetJoinTokenRevoked: () => ({ tokenId: parseJoinTokenId(exampleUuid('join-token')) }),
  HostKeyRefused: ({ hostId }) => ({ hostId, signingKey: 'another-key' }),
  HostRegistered: ({ hostId, datastore, version }) => ({
    hostId,
    name: 'db-1',
    address: '10.0.0.1',
    agentVersion: '0.1.0',
    caCertificate: 'PEM',
    capacity: { vcpus: 8, memoryMiB: 16384, volumeGiB: 200 },
    engines: [{ datastore, version, source: 'npm' }],
    isolation: { unixUser: true, cgroup: 'v2', volume: 'loop', missing: [] },
    signingKey: 'signing-key',
    sequence: 1,
  }),
  HostSealingKeyTaken: ({ hostId, operationId }) => ({
    hostId,
    operationId,
    sealingKey: { number: 2, publicKey: 'public-key' },
  }),
  HostSealingKeysOffered: ({ hostId }) => ({ hostId, keys: [{ number: 1, publicKey: 'public-key' }] }),
  HostCapacityClaimed: ({ hostId, nodeId, instanceId }) => ({
    hostId,
    nodeId,
    instanceId,
    resources,
    expiresAt: deadline,
    sealingKey: { number: 1, publicKey: 'public-key' },
  }),
  HostClaimConfirmed: ({ hostId, nodeId, instanceId }) => ({ hostId, nodeId, instanceId, resources }),
  HostCapacityReleased: ({ hostId, nodeId, instanceId }) => ({ hostId, nodeId, instanceId, reason: 'DELETED' }),
  HostRegistrationAnswered: ({ hostId }) => ({
    hostId,
    name: 'db-1',
    refusal: 'the name is taken',
    reportId: exampleUuid('report'),
  }),
  FleetHostNameTaken: ({ hostId }) => ({ hostId, name: 'db-1' }),
  FleetHostNameReleased: ({ hostId }) => ({ hostId, name: 'db-1' }),
  HostRemoved: ({ hostId }) => ({ hostId, removedAt: '2030-01-01T00:00:00.000Z' }),
  HostLost: ({ hostId }) => ({ hostId, lastSeenAt: '2030-01-01T00:00:00.000Z' }),
  HostNodeFound: (world) => ({
    hostId: world.hostId,
    nodeId: world.nodeId,
    instanceId: world.instanceId,
    found: {
      nodeGeneration: 1,
      label: labelOf(world),
      running: true,
      port: 15432,
      epoch: 5,
      generation: 1,
    },
  }),
  HostNodeSettled: ({ hostId, nodeId, instanceId }) => ({ hostId, nodeId, instanceId }),
  HostCordoned: ({ hostId }) => ({ hostId, since: '2030-01-01T00:00:00.000Z', reason: 'a new disk' }),
  HostUncordoned: ({ hostId }) => ({ hostId }),
  HostReturned: ({ hostId }) => ({ hostId }),

  FlavorDefined: ({ flavorId }) => ({ flavorId, vcpus: 1, memoryMiB: 512, description: 'for a start' }),
  FlavorRetired: ({ flavorId }) => ({ flavorId }),

  DatastoreVersionOffered: ({ datastore, version }) => ({ datastore, version }),
  DatastoreVersionWithdrawn: ({ datastore, version }) => ({ datastore, version }),
  DatastoreDefaultVersionSet: ({ datastore, version }) => ({ datastore, version }),

  ConfigurationCreated: ({ configurationId, projectId, datastore, version }) => ({
    ...{ configurationId, projectId, datastore, version },
    ...{ name: 'reports', description: 'for long queries', values },
  }),
  ConfigurationDetailsChanged: () => ({ name: 'monthly reports', description: 'for the queries of the first night' }),
  ConfigurationChanged: () => ({ revision: 2, values: { work_mem: '128MB' } }),
  ConfigurationRolloutBegun: () => ({ revision: 2, restart: true, parallelism: 2 }),
  ConfigurationInstanceFollowed: ({ instanceId }) => ({ instanceId, revision: 2 }),
  ConfigurationInstanceLeft: ({ instanceId }) => ({ instanceId }),
  ConfigurationRolloutStepped: ({ instanceId }) => ({
    ...{ revision: 2, instanceIds: [instanceId], at: '2030-01-01T00:00:00.000Z' },
  }),
  ConfigurationInstanceAsked: ({ instanceId, operationId }) => ({ revision: 2, instanceId, operationId }),
  ConfigurationRolloutEnded: ({ instanceId }) => ({
    ...{ revision: 2, outcome: 'FAILED' as const, instanceId, reason: 'the engine does not start with these values' },
  }),
  ConfigurationDeleted: ({ configurationId }) => ({ configurationId }),

  ParametersRead: ({ datastore, version }) => ({
    datastore,
    version,
    format: 1,
    parameters: [
      {
        name: 'work_mem',
        type: 'integer',
        min: 64,
        max: 2_147_483_647,
        values: null,
        unit: 'kB',
        default: '4096',
        restart: false,
        readOnly: false,
        summary: 'Sets the maximum memory to be used for query workspaces.',
      },
      {
        name: 'wal_compression',
        type: 'enum',
        min: null,
        max: null,
        values: ['pglz', 'on', 'off'],
        unit: null,
        default: 'off',
        restart: false,
        readOnly: false,
        summary: 'Compresses full-page writes written in WAL file with specified method.',
      },
    ],
  }),

  TokenIssued: ({ tokenId, projectId }) => ({
    tokenId,
    projectId,
    name: 'ci',
    role: 'member',
    ancestors: [],
    secretHash: plantedSecrets.secretHash,
    expiresAt: null,
  }),
  TokenRevoked: ({ tokenId }) => ({ tokenId }),

  BackupRequested: (world) => ({
    backupId: world.backupId,
    projectId: world.projectId,
    instanceId: world.instanceId,
    instanceName: 'shop',
    name: 'before the move',
    operationId: world.operationId,
    deadline,
    spec: specOf(world),
    databases: ['app'],
    users: [{ name: 'app', host: null, access: [{ database: 'app', level: 'all' }] }],
    rootEnabled: false,
  }),
  BackupCompleted: () => ({ contents }),
  BackupFailed: () => ({ fault, removeAt: deadline }),
  BackupVerificationBegun: ({ operationId, instanceId }) => ({ operationId, instanceId }),
  BackupVerified: ({ operationId }) => ({ operationId, read: { tables: 80, rows: 9000 } }),
  BackupVerificationFailed: ({ operationId }) => ({ operationId, fault }),
  BackupInstanceKept: () => ({ code: 'OPERATION_IN_PROGRESS', message: 'the instance is being resized' }),
  BackupDeletionRequested: () => ({ removeAt: deadline }),
  BackupRemovalBegun: () => ({ attempt: 1, again: deadline }),
  BackupRemovalPostponed: () => ({ reason: 'the store cannot be reached', until: deadline }),
  BackupRemoved: () => ({}),

  ScheduleCreated: ({ scheduleId, projectId, instanceId }) => ({
    scheduleId,
    projectId,
    instanceId,
    action: 'restart',
    ...timing,
    nextDue,
  }),
  ScheduleChanged: () => ({ ...timing, cron: '0 4 * * *', nextDue }),
  SchedulePaused: () => ({ reason: null }),
  ScheduleResumed: () => ({ nextDue }),
  ScheduleFellDue: () => ({ due: '2030-01-01T02:00:00.000Z', nextDue }),
  ScheduleRunsSkipped: () => ({ from: '2029-12-31T02:00:00.000Z', until: '2030-01-01T02:00:00.000Z', nextDue }),
  ScheduleRunAccepted: ({ operationId }) => ({ due: '2030-01-01T02:00:00.000Z', operationId }),
  ScheduleRunRefused: () => ({
    due: '2030-01-01T02:00:00.000Z',
    code: 'OPERATION_IN_PROGRESS',
    message: 'another operation is changing the instance',
  }),
  ScheduleBackupKept: ({ backupId }) => ({
    backupId,
    at: '2030-01-01T02:05:00.000Z',
    retired: [parseBackupId(exampleUuid('a backup of before'))],
  }),
  ScheduleDeleted: () => ({ reason: 'ASKED' }),
  TimetableEntryHeld: ({ projectId, scheduleId, instanceId }) => ({
    projectId,
    scheduleId,
    instanceId,
    heldUntil: deadline,
    lapsed: [],
  }),
  TimetableEntryConfirmed: ({ projectId, scheduleId, instanceId }) => ({ projectId, scheduleId, instanceId }),
  TimetableEntriesReleased: ({ projectId, scheduleId }) => ({
    projectId,
    scheduleIds: [scheduleId],
    reason: 'INSTANCE_DELETED',
  }),

  OperationStarted: (world) => ({
    operationId: world.operationId,
    kind: 'provision',
    subject: {
      instanceId: world.instanceId,
      projectId: world.projectId,
      nodeId: world.nodeId,
      nodeGeneration: 1,
      hostId: world.hostId,
      sealingKey: 1,
      spec: specOf(world),
      generation: 0,
      epoch: 1,
      databases,
      users,
    },
    steps: ['volume', 'engine'],
    commandIds: { volume: parseCommandId(exampleUuid('command')) },
    forwardDeadline: deadline,
    deadline,
  }),
  OperationStepStarted: () => ({ step: 'volume', deadline, compensating: false }),
  GuestCommandIssued: ({ operationId, instanceId, nodeId, hostId }) => ({
    step: 'volume',
    command: {
      commandId: parseCommandId(exampleUuid('command')),
      operationId,
      instanceId,
      nodeId,
      nodeGeneration: 1,
      hostId,
      epoch: 1,
      deadline,
      payload: { kind: 'accounts-ready', databases, users },
    },
  }),
  OperationStepProgressed: () => ({ step: 'volume', progress: 0.5, message: 'half of it' }),
  OperationStepRetried: () => ({ step: 'volume', fault, attempt: 2, at: deadline }),
  OperationStepCompleted: () => ({ step: 'volume', result: facts }),
  OperationHostLost: ({ hostId }) => ({ hostId, deadline }),
  OperationMoved: ({ operationId, hostId }) => ({
    operationId,
    from: parseHostId(exampleUuid('former host')),
    nodeId: anotherNode,
    hostId,
    sealingKey: 2,
    users,
    epoch: 3,
    commandIds: { volume: parseCommandId(exampleUuid('another command')) },
  }),
  OperationStepFailed: () => ({ step: 'volume', fault }),
  OperationCancellationRequested: ({ operationId }) => ({ operationId }),
  OperationOutcomeReached: ({ operationId }) => ({ operationId, outcome: 'SUCCEEDED', results: { engine: facts } }),
  OperationSucceeded: ({ operationId }) => ({ operationId }),
  OperationFailed: ({ operationId }) => ({ operationId, fault }),
  OperationCancelled: ({ operationId }) => ({ operationId, fault }),

  RequestReceived: ({ requestId }) => ({
    requestId,
    fingerprint: plantedSecrets.fingerprint,
    commandId: parseCommandId(exampleUuid('command')),
    expiresAt: '2030-01-02T00:00:00.000Z',
  }),

  DeadLetterReplayed: resolutionOf,
  DeadLetterDropped: resolutionOf,
  EventExcluded: ({ flavorId }) => ({
    stream: flavorStream(flavorId),
    revision: 7,
    eventType: 'FlavorTeleported',
    note: 'written by hand',
    excludedBy: parseCommandId(exampleUuid('command')),
  }),
}

type DataOf<T extends CofferEventType> = Extract<CofferEvent, { readonly type: T }>['data']

/** An event about this world, with whatever of its data is to be different. */
export const exampleEvent = <T extends CofferEventType>(
  type: T,
  world: World,
  changes: Partial<DataOf<T>> = {},
): CofferEvent =>
  // Type and data come from the same entry, which the compiler cannot follow.
  ({ type, data: { ...examples[type](world), ...changes } }) as unknown as CofferEvent

export const eventTypes = Object.keys(eventCatalogue) as readonly CofferEventType[]

/** Where the event of this world belongs. */
export const streamOfEvent = (type: CofferEventType, world: World): StreamName => {
  if (type.startsWith('Instance')) return instanceStream(world.instanceId)
  if (type.startsWith('Operation') || type === 'GuestCommandIssued') return operationStream(world.operationId)
  if (type.startsWith('Fleet')) return fleetStream
  if (type.startsWith('Host')) return hostStream(world.hostId)
  if (type.startsWith('Flavor')) return flavorStream(world.flavorId)
  if (type.startsWith('Datastore')) return datastoreStream(world.datastore)
  if (type.startsWith('Configuration')) return configurationStream(world.configurationId)
  if (type.startsWith('Parameters')) return parametersStream(parametersIdOf(world.datastore, world.version))
  if (type.startsWith('Token')) return tokenStream(world.tokenId)
  if (type.startsWith('Backup')) return backupStream(world.backupId)
  if (type.startsWith('Schedule')) return scheduleStream(world.scheduleId)
  if (type.startsWith('Timetable')) return timetableStream(world.projectId)
  if (type.startsWith('Request')) return requestStream(world.requestId)
  if (type.startsWith('DeadLetter')) return deadLetterStream(world.deadLetterId)
  if (type === 'EventExcluded') return exclusionStream(flavorStream(world.flavorId))
  return projectStream(world.projectId)
}

export const exampleActor = (world: World): Actor => ({
  kind: 'user',
  subject: 'ada',
  projectId: world.projectId,
  roles: ['member'],
})

/** `number`: the how-manieth event it is; a second later each. */
export const exampleMetadata = (type: CofferEventType, world: World, number: number): EventMetadata => ({
  eventId: parseEventId(exampleUuid(`event ${number}`, number)),
  at: new Date(Date.UTC(2030, 0, 1) + number * 1000).toISOString(),
  actor: exampleActor(world),
  commandId: parseCommandId(exampleUuid('command')),
  correlationId: type.startsWith('Operation') || type === 'GuestCommandIssued' ? world.operationId : null,
  projectId: isOfProject(type) ? world.projectId : null,
  instanceId: isOfInstance(type) ? world.instanceId : null,
  causationId: exampleUuid('command'),
})

const isOfInstance = (type: CofferEventType): boolean => /^(Instance|Operation|GuestCommand|Quota|Schedule)/.test(type)
const isOfProject = (type: CofferEventType): boolean =>
  isOfInstance(type) || /^(Project|Token|Request|Timetable|Configuration)/.test(type)
