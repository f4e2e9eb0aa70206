import { z } from 'zod'
import type { CofferEvent, CofferEventType } from '../../domain/catalogue.ts'
import { formatPlace } from '../../domain/dead-letter/place.ts'
import { operationEventDefinitions } from '../../domain/instance/operations.ts'
import { sealedSchema } from '../../domain/values/instance-spec.ts'

type Shown = Readonly<Record<string, unknown>>
/**
 * What operations record is all named in their definitions, and made of plain words: it is shown whole but for what is sealed. A certificate is worth no
 * line of the audit log.
 */
type OperationEventType = Exclude<keyof typeof operationEventDefinitions, 'InstanceProvisioned'>
type DataOf<T extends CofferEventType> = Extract<CofferEvent, { readonly type: T }>['data']

/**
 * What the audit log shows of every event's data, field by field: never anything sealed, hashed or secret. A new event type does not
 * compile until it is decided here, and a new field is not shown until it is named.
 */
const shownOf: { readonly [T in Exclude<CofferEventType, OperationEventType>]: (data: DataOf<T>) => Shown } = {
  InstanceRequested: ({
    users,
    instanceId,
    projectId,
    name,
    spec,
    hostId,
    databases,
    operationId,
    epoch,
    deadline,
    source,
  }) => ({
    instanceId,
    projectId,
    name,
    spec,
    hostId,
    databases,
    users: users.map(({ name, databases, level, host }) => ({ name, databases, level, host })),
    operationId,
    epoch,
    deadline,
    ...(source && { backupId: source.backupId }),
  }),
  InstanceAdopted: ({ instanceId, projectId, name, spec, hostId, status, endpoint, epoch, generation }) => ({
    instanceId,
    projectId,
    name,
    spec,
    hostId,
    status,
    endpoint,
    epoch,
    generation,
  }),
  InstanceProvisioned: ({ operationId, endpoint }) => ({ operationId, endpoint }),
  InstanceRenamed: ({ name }) => ({ name }),
  InstanceHostRemoved: ({ fault }) => ({ fault }),
  InstanceNameLapsed: ({ name }) => ({ name }),
  InstanceHealthChanged: ({ health, reason, volumeStage, incident }) => ({
    health,
    reason,
    ...(volumeStage && { volumeStage }),
    ...(incident !== undefined && { incident }),
  }),
  InstanceReconciled: ({ status, health, reason, epoch, generation, volumeStage, incident }) => ({
    status,
    health,
    reason,
    epoch,
    generation,
    ...(volumeStage && { volumeStage }),
    ...(incident !== undefined && { incident }),
  }),
  InstanceMoved: ({ operationId, hostId, epoch }) => ({ operationId, hostId, epoch }),
  InstanceNumbersRaised: ({ epoch, generation }) => ({ epoch, generation }),
  InstanceEndpointChanged: ({ endpoint }) => ({ endpoint }),

  ProjectQuotaSet: ({ projectId, limits }) => ({ projectId, limits }),
  ProjectNameHeld: ({ projectId, instanceId, name, heldUntil }) => ({ projectId, instanceId, name, heldUntil }),
  ProjectNameConfirmed: ({ projectId, instanceId, name }) => ({ projectId, instanceId, name }),
  ProjectNameReleased: ({ projectId, instanceId, name }) => ({ projectId, instanceId, name }),
  ProjectTokenHeld: ({ projectId, tokenId, expiresAt }) => ({ projectId, tokenId, expiresAt }),
  ProjectTokenConfirmed: ({ projectId, tokenId }) => ({ projectId, tokenId }),
  ProjectTokenReleased: ({ projectId, tokenId }) => ({ projectId, tokenId }),
  QuotaReserved: ({ projectId, instanceId, resources, expiresAt }) => ({ projectId, instanceId, resources, expiresAt }),
  QuotaCommitted: ({ projectId, instanceId, resources }) => ({ projectId, instanceId, resources }),
  QuotaReleased: ({ projectId, instanceId, reason }) => ({ projectId, instanceId, reason }),

  HostRegistrationAnswered: ({ hostId, name, refusal }) => ({ hostId, name, refusal }),
  FleetHostNameTaken: ({ hostId, name }) => ({ hostId, name }),
  FleetHostNameReleased: ({ hostId, name }) => ({ hostId, name }),
  FleetJoinTokenIssued: ({ tokenId, hostId, expiresAt }) => ({ tokenId, hostId, expiresAt }),
  FleetJoinTokenUsed: ({ tokenId, hostId, signingKey }) => ({ tokenId, hostId, signingKey }),
  FleetJoinTokenRevoked: ({ tokenId }) => ({ tokenId }),
  HostRegistered: ({ hostId, name, address, agentVersion, capacity, engines, isolation, signingKey }) => ({
    hostId,
    name,
    address,
    agentVersion,
    capacity,
    engines,
    isolation,
    ...(signingKey !== undefined && { signingKey }),
  }),
  HostKeyRefused: ({ hostId, signingKey }) => ({ hostId, signingKey }),
  HostSealingKeyTaken: ({ hostId, operationId }) => ({ hostId, operationId }),
  HostSealingKeysOffered: ({ hostId, keys }) => ({ hostId, keys: keys.length }),
  HostCapacityClaimed: ({ hostId, nodeId, instanceId, resources, expiresAt }) => ({
    hostId,
    nodeId,
    instanceId,
    resources,
    expiresAt,
  }),
  HostClaimConfirmed: ({ hostId, nodeId, instanceId, resources }) => ({ hostId, nodeId, instanceId, resources }),
  HostCapacityReleased: ({ hostId, nodeId, instanceId, reason }) => ({ hostId, nodeId, instanceId, reason }),
  HostRemoved: ({ hostId, removedAt }) => ({ hostId, removedAt }),
  HostLost: ({ hostId, lastSeenAt }) => ({ hostId, lastSeenAt }),
  HostNodeFound: ({ hostId, nodeId, instanceId, found: { label, running, port, epoch, generation } }) => ({
    hostId,
    nodeId,
    instanceId,
    found: { label, running, port, epoch, generation },
  }),
  HostNodeSettled: ({ hostId, nodeId, instanceId }) => ({ hostId, nodeId, instanceId }),
  HostReturned: ({ hostId }) => ({ hostId }),

  FlavorDefined: ({ flavorId, vcpus, memoryMiB, description }) => ({ flavorId, vcpus, memoryMiB, description }),
  FlavorRetired: ({ flavorId }) => ({ flavorId }),

  DatastoreVersionOffered: ({ datastore, version }) => ({ datastore, version }),
  DatastoreVersionWithdrawn: ({ datastore, version }) => ({ datastore, version }),
  DatastoreDefaultVersionSet: ({ datastore, version }) => ({ datastore, version }),

  InstanceConfigurationReported: ({ effective, refusal }) => ({ effective, refusal }),

  ConfigurationCreated: ({ configurationId, projectId, name, description, datastore, version, values }) => ({
    ...{ configurationId, projectId, name, description, datastore, version, values },
  }),
  ConfigurationChanged: ({ revision, values }) => ({ revision, values }),
  ConfigurationRolloutBegun: ({ revision, restart, parallelism }) => ({ revision, restart, parallelism }),
  ConfigurationInstanceFollowed: ({ instanceId, revision }) => ({ instanceId, revision }),
  ConfigurationInstanceLeft: ({ instanceId }) => ({ instanceId }),
  ConfigurationRolloutStepped: ({ revision, instanceIds }) => ({ revision, instanceIds }),
  ConfigurationInstanceAsked: ({ revision, instanceId, operationId }) => ({ revision, instanceId, operationId }),
  ConfigurationRolloutEnded: ({ revision, outcome, instanceId, reason }) => ({ revision, outcome, instanceId, reason }),
  ConfigurationDeleted: ({ configurationId }) => ({ configurationId }),

  ParametersRead: ({ datastore, version, parameters }) => ({ datastore, version, parameters: parameters.length }),

  TokenIssued: ({ tokenId, projectId, name, role, ancestors, expiresAt }) => ({
    tokenId,
    projectId,
    name,
    role,
    ancestors,
    expiresAt,
  }),
  TokenRevoked: ({ tokenId }) => ({ tokenId }),

  BackupRequested: ({ backupId, instanceId, instanceName, name, operationId, deadline, spec, databases, users }) => ({
    backupId,
    instanceId,
    instanceName,
    name,
    operationId,
    deadline,
    spec,
    databases,
    users,
  }),
  BackupCompleted: ({ contents: { location, version, parts } }) => ({
    location,
    version,
    parts: parts.map(({ name, bytes, storedBytes }) => ({ name, bytes, storedBytes })),
  }),
  BackupFailed: ({ fault, removeAt }) => ({ fault, removeAt }),
  BackupVerificationBegun: ({ operationId, instanceId }) => ({ operationId, instanceId }),
  BackupVerified: ({ operationId, read }) => ({ operationId, read }),
  BackupVerificationFailed: ({ operationId, fault }) => ({ operationId, fault }),
  BackupDeletionRequested: ({ removeAt }) => ({ removeAt }),
  BackupRemovalBegun: ({ attempt, again }) => ({ attempt, again }),
  BackupRemovalPostponed: ({ reason, until }) => ({ reason, until }),
  BackupRemoved: () => ({}),
  ScheduleCreated: ({ scheduleId, projectId, instanceId, action, cron, timeZone, lateMinutes, nextDue }) => ({
    scheduleId,
    projectId,
    instanceId,
    action,
    cron,
    timeZone,
    lateMinutes,
    nextDue,
  }),
  ScheduleChanged: ({ cron, timeZone, lateMinutes, nextDue }) => ({ cron, timeZone, lateMinutes, nextDue }),
  SchedulePaused: ({ reason }) => ({ reason }),
  ScheduleResumed: ({ nextDue }) => ({ nextDue }),
  ScheduleFellDue: ({ due, nextDue }) => ({ due, nextDue }),
  ScheduleRunsSkipped: ({ from, until, nextDue }) => ({ from, until, nextDue }),
  ScheduleRunAccepted: ({ due, operationId }) => ({ due, operationId }),
  ScheduleRunRefused: ({ due, code, message }) => ({ due, code, message }),
  ScheduleDeleted: ({ reason }) => ({ reason }),
  TimetableEntryHeld: ({ projectId, scheduleId, instanceId, heldUntil }) => ({
    projectId,
    scheduleId,
    instanceId,
    heldUntil,
  }),
  TimetableEntryConfirmed: ({ projectId, scheduleId, instanceId }) => ({ projectId, scheduleId, instanceId }),
  TimetableEntriesReleased: ({ projectId, scheduleIds, reason }) => ({ projectId, scheduleIds, reason }),

  OperationStarted: ({ operationId, kind, steps, deadline, subject: { instanceId, projectId, hostId, spec } }) => ({
    operationId,
    kind,
    steps,
    deadline,
    subject: { instanceId, projectId, hostId, spec },
  }),
  OperationStepStarted: ({ step, deadline, compensating }) => ({ step, deadline, compensating }),
  GuestCommandIssued: ({ step, command: { commandId, hostId, epoch, deadline, payload } }) => ({
    step,
    command: { commandId, hostId, epoch, deadline, kind: payload.kind },
  }),
  OperationStepProgressed: ({ step, progress, message }) => ({ step, progress, message }),
  OperationStepCompleted: ({ step, deferred }) => ({ step, ...(deferred && { deferred }) }),
  OperationHostLost: ({ hostId, deadline }) => ({ hostId, deadline }),
  OperationMoved: ({ operationId, hostId, epoch }) => ({ operationId, hostId, epoch }),
  OperationStepRetried: ({ step, fault, attempt, at }) => ({ step, fault, attempt, at }),
  OperationStepFailed: ({ step, fault }) => ({ step, fault }),
  OperationCancellationRequested: ({ operationId }) => ({ operationId }),
  OperationOutcomeReached: ({ operationId, outcome, fault, compensated }) => ({
    operationId,
    outcome,
    ...(fault && { fault }),
    ...(compensated !== undefined && { compensated }),
  }),
  OperationSucceeded: ({ operationId }) => ({ operationId }),
  OperationFailed: ({ operationId, fault }) => ({ operationId, fault }),
  OperationCancelled: ({ operationId, fault }) => ({ operationId, fault }),

  RequestReceived: ({ requestId }) => ({ requestId }),

  EventExcluded: ({ stream, revision, eventType, note }) => ({ stream, revision, eventType, note }),

  DeadLetterReplayed: ({ place, parkedAt }) => ({ deadLetterId: formatPlace(place), parkedAt }),
  DeadLetterDropped: ({ place, parkedAt }) => ({ deadLetterId: formatPlace(place), parkedAt }),
}

const isOfOperation = (type: CofferEventType): type is OperationEventType =>
  type in operationEventDefinitions && type !== 'InstanceProvisioned'

const withoutSealed = (schema: z.ZodType, value: unknown): unknown => {
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.map((item) => withoutSealed(schema.element as z.ZodType, item))
  if (!(schema instanceof z.ZodObject)) return value
  const fields = Object.entries<z.ZodType>(schema.shape).filter(
    ([name, field]) => field !== sealedSchema && name in Object(value),
  )
  return Object.fromEntries(
    fields.map(([name, field]) => [name, withoutSealed(field, Reflect.get(Object(value), name))]),
  )
}

export const shownData = ({ type, data }: CofferEvent): Shown =>
  isOfOperation(type)
    ? (withoutSealed(operationEventDefinitions[type].schema, data) as Shown)
    : // Looked up by the event's own type, so that function and data belong together, which the compiler cannot follow.
      (shownOf[type] as (data: CofferEvent['data']) => Shown)(data)
