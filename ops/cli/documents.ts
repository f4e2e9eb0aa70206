/** Every GraphQL document the client sends. A test checks them against the committed schema. */

const faultFields = 'code message retryable cause'
const operationFields = `
  id kind status cancellationRequested deadline instanceId createdAt endedAt
  fault { ${faultFields} }
  steps { name status compensating startedAt endedAt progress message fault { ${faultFields} } }`
const instanceFields = `
  id name status health healthReason volumeStage incident projectId datastore version flavor vcpus memoryMiB volumeGiB
  endpoint { host port } caCertificate databases users { name databases }
  operation { id kind status } sharedOperations { id kind status } fault { ${faultFields} } createdAt updatedAt stateVersion`
const actorFields = 'kind name projectId'
const eventFields = `
  id eventId type at stream revision projectId instanceId operationId commandId causationId data actor { ${actorFields} }
  unreadable { reason detail }`
const flavorFields = 'id vcpus memoryMiB description retired'
const resourceFields = 'vcpus memoryMiB volumeGiB'
const tokenFields = `id projectId name role expiresAt revoked createdAt createdBy { ${actorFields} }`
const backupFields = `
  id projectId name instanceId instanceName status operation { id status } datastore version volumeGiB databases users
  bytes storedBytes location fault { ${faultFields} } removalPostponed createdAt createdBy { ${actorFields} } completedAt`
const scheduleFields = `
  id projectId instanceId instance { name } action cron timeZone lateMinutes status pausedBecause nextDue
  lastRun { due status operation { id status } refusal { code message } } lastSkipped { from until }
  createdAt createdBy { ${actorFields} } updatedAt`
const deadLetterFields = `
  id topic key bytes partition offset group error attempts parkedAt status resolvedAt resolvedBy { ${actorFields} }`
const refusal = '... on Refusal { code message field details faults { code message field } }'
const page = 'pageInfo { hasNextPage endCursor }'

const changeInstance = (mutation: string, input: string): string => `
  mutation ($input: ${input}!) {
    result: ${mutation}(input: $input) {
      __typename ${refusal}
      ... on InstanceOperationAccepted { replayed operationId operation { ${operationFields} } instance { ${instanceFields} } }
    }
  }`

const resolveDeadLetter = (mutation: string, type: string): string => `
  mutation ($input: ${type}Input!) {
    result: ${mutation}(input: $input) {
      __typename ${refusal}
      ... on ${type}Accepted { deadLetter { ${deadLetterFields} } }
    }
  }`

export const documents = {
  instance: `query ($id: ID!) { instance(id: $id) { ${instanceFields} } }`,
  instances: `query ($filter: InstanceFilter, $first: Int, $after: String) {
    instances(filter: $filter, first: $first, after: $after) { edges { cursor node { ${instanceFields} } } ${page} }
  }`,
  createInstance: `mutation ($input: CreateInstanceInput!) {
    result: createInstance(input: $input) {
      __typename ${refusal}
      ... on CreateInstanceAccepted {
        replayed credentials { user password databases }
        operationId operation { ${operationFields} } instance { ${instanceFields} }
      }
    }
  }`,
  renameInstance: `mutation ($input: RenameInstanceInput!) {
    result: renameInstance(input: $input) { __typename ${refusal} ... on RenameInstanceAccepted { instance { ${instanceFields} } } }
  }`,
  restartInstance: changeInstance('restartInstance', 'RestartInstanceInput'),
  stopInstance: changeInstance('stopInstance', 'StopInstanceInput'),
  startInstance: changeInstance('startInstance', 'StartInstanceInput'),
  growInstance: changeInstance('growVolume', 'GrowVolumeInput'),
  createDatabase: changeInstance('createDatabase', 'CreateDatabaseInput'),
  deleteDatabase: changeInstance('deleteDatabase', 'DeleteDatabaseInput'),
  deleteInstance: changeInstance('deleteInstance', 'DeleteInstanceInput'),
  adoptInstance: changeInstance('adoptInstance', 'AdoptInstanceInput'),
  removeUnlistedInstance: changeInstance('removeUnlistedInstance', 'RemoveUnlistedInstanceInput'),
  followInstance: `subscription ($id: ID!) { instance(id: $id) { ${instanceFields} } }`,

  operation: `query ($id: ID!) { operation(id: $id) { ${operationFields} } }`,
  operations: `query ($filter: OperationFilter, $first: Int, $after: String) {
    operations(filter: $filter, first: $first, after: $after, newestFirst: true) {
      edges { cursor node { ${operationFields} instance { name } } } ${page}
    }
  }`,
  cancelOperation: `mutation ($input: CancelOperationInput!) {
    result: cancelOperation(input: $input) { __typename ${refusal} ... on CancelOperationAccepted { operation { ${operationFields} } } }
  }`,
  followOperation: `subscription ($id: ID!) { operation(id: $id) { ${operationFields} } }`,

  events: `query ($filter: EventFilter, $first: Int, $after: String) {
    events(filter: $filter, first: $first, after: $after, newestFirst: true) {
      edges { cursor node { ${eventFields} } } ${page}
    }
  }`,
  eventsAfter: `query ($filter: EventFilter, $first: Int, $after: String) {
    events(filter: $filter, first: $first, after: $after) { edges { cursor node { ${eventFields} } } ${page} }
  }`,
  followEvents: `subscription ($filter: EventFilter, $after: String) {
    events(filter: $filter, after: $after) { cursor node { ${eventFields} } }
  }`,

  viewer: `query { viewer { subject projectId roles } }`,
  setQuota: `mutation ($input: SetQuotaInput!) {
    result: setQuota(input: $input) {
      __typename ${refusal}
      ... on SetQuotaAccepted { quota { projectId isDefault limits { instances ${resourceFields} } used { instances ${resourceFields} } } }
    }
  }`,
  defineFlavor: `mutation ($input: DefineFlavorInput!) {
    result: defineFlavor(input: $input) { __typename ${refusal} ... on FlavorAccepted { flavor { ${flavorFields} } } }
  }`,
  retireFlavor: `mutation ($input: RetireFlavorInput!) {
    result: retireFlavor(input: $input) { __typename ${refusal} ... on FlavorAccepted { flavor { ${flavorFields} } } }
  }`,
  setDefaultDatastoreVersion: `mutation ($input: SetDefaultDatastoreVersionInput!) {
    result: setDefaultDatastoreVersion(input: $input) { __typename ${refusal} ... on DatastoreAccepted { datastore { type } } }
  }`,
  withdrawDatastoreVersion: `mutation ($input: WithdrawDatastoreVersionInput!) {
    result: withdrawDatastoreVersion(input: $input) { __typename ${refusal} ... on DatastoreAccepted { datastore { type } } }
  }`,
  datastores: `query { datastores {
    type versions withdrawnVersions defaultVersion defaultPinned
    builds { version source libraries { name version } notes }
  } }`,
  flavors: `query ($includeRetired: Boolean!) {
    flavors(includeRetired: $includeRetired) { ${flavorFields} }
  }`,
  hosts: `query ($first: Int, $after: String) {
    hosts(first: $first, after: $after) {
      edges {
        cursor
        node {
          id name address status agentVersion signingKey refusedKey registeredAt updatedAt
          capacity { ${resourceFields} } claimed { ${resourceFields} }
          instanceLimit { atMost limitedBy }
          engines { datastore version source } isolation { unixUser cgroup volume missing }
        }
      }
      ${page}
    }
  }`,
  unlisted: `query ($first: Int, $after: String) {
    hosts(first: $first, after: $after) {
      edges { cursor node { id name unlisted { id projectId name version running port foundAt } } } ${page}
    }
  }`,
  issueJoinToken: `mutation ($input: IssueJoinTokenInput!) {
    result: issueJoinToken(input: $input) {
      __typename ${refusal}
      ... on IssueJoinTokenAccepted { replayed joinTokenId joinToken expiresAt }
    }
  }`,
  removeHost: `mutation ($input: RemoveHostInput!) {
    result: removeHost(input: $input) { __typename ${refusal} ... on RemoveHostAccepted { hostId } }
  }`,
  quota: `query ($project: ID) {
    quota(project: $project) {
      projectId isDefault limits { instances ${resourceFields} } used { instances ${resourceFields} }
    }
  }`,
  backups: `query ($filter: BackupFilter, $first: Int, $after: String) {
    backups(filter: $filter, first: $first, after: $after) { edges { cursor node { ${backupFields} } } ${page} }
  }`,
  backup: `query ($id: ID!) { backup(id: $id) { ${backupFields} } }`,
  createBackup: `mutation ($input: CreateBackupInput!) {
    result: createBackup(input: $input) {
      __typename ${refusal}
      ... on CreateBackupAccepted { replayed backupId operationId backup { ${backupFields} } }
    }
  }`,
  deleteBackup: `mutation ($input: DeleteBackupInput!) {
    result: deleteBackup(input: $input) { __typename ${refusal} ... on DeleteBackupAccepted { backupId } }
  }`,
  schedules: `query ($filter: ScheduleFilter, $first: Int, $after: String) {
    schedules(filter: $filter, first: $first, after: $after) { edges { cursor node { ${scheduleFields} } } ${page} }
  }`,
  schedule: `query ($id: ID!) { schedule: node(id: $id) { ... on Schedule { ${scheduleFields} } } }`,
  createSchedule: `mutation ($input: CreateScheduleInput!) {
    result: createSchedule(input: $input) {
      __typename ${refusal}
      ... on CreateScheduleAccepted { replayed scheduleId schedule { ${scheduleFields} } }
    }
  }`,
  changeSchedule: `mutation ($input: ChangeScheduleInput!) {
    result: changeSchedule(input: $input) {
      __typename ${refusal}
      ... on ChangeScheduleAccepted { replayed scheduleId schedule { ${scheduleFields} } }
    }
  }`,
  deleteSchedule: `mutation ($input: DeleteScheduleInput!) {
    result: deleteSchedule(input: $input) { __typename ${refusal} ... on DeleteScheduleAccepted { scheduleId } }
  }`,
  tokens: `query ($projectId: ID, $first: Int, $after: String) {
    tokens(projectId: $projectId, first: $first, after: $after) { edges { cursor node { ${tokenFields} } } ${page} }
  }`,
  issueToken: `mutation ($input: IssueTokenInput!) {
    result: issueToken(input: $input) {
      __typename ${refusal}
      ... on IssueTokenAccepted { replayed tokenId secret token { ${tokenFields} } }
    }
  }`,
  revokeToken: `mutation ($input: RevokeTokenInput!) {
    result: revokeToken(input: $input) {
      __typename ${refusal}
      ... on RevokeTokenAccepted { token { ${tokenFields} } }
    }
  }`,

  deadLetters: `query ($filter: DeadLetterFilter, $first: Int, $after: String, $newestFirst: Boolean!) {
    deadLetters(filter: $filter, first: $first, after: $after, newestFirst: $newestFirst) {
      edges { cursor node { ${deadLetterFields} } } ${page}
    }
  }`,
  deadLetter: `query ($id: ID!) { content: deadLetter(id: $id) { value headers deadLetter { ${deadLetterFields} } } }`,
  replayDeadLetter: resolveDeadLetter('replayDeadLetter', 'ReplayDeadLetter'),
  dropDeadLetter: resolveDeadLetter('dropDeadLetter', 'DropDeadLetter'),
  unreadableEvents: `query ($first: Int, $after: String) {
    unreadableEvents(first: $first, after: $after) {
      edges { cursor node { id stream revision type reason detail excluded { at note by { ${actorFields} } } } } ${page}
    }
  }`,
  excludeEvent: `mutation ($input: ExcludeEventInput!) {
    result: excludeEvent(input: $input) { __typename ${refusal} }
  }`,
} as const
