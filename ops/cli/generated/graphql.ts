/* Generated from ops/cli/documents and the schema: run "npm run docs". */
import type * as Types from './types.ts'
export type * from './types.ts'
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export class TypedDocumentString<TResult, TVariables>
 extends String
 implements DocumentTypeDecoration<TResult, TVariables>
{
 __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
 private value: string;
 public __meta__?: Record<string, any> | undefined;

 constructor(value: string, __meta__?: Record<string, any> | undefined) {
 super(value);
 this.value = value;
 this.__meta__ = __meta__;
 }

 override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
 return this.value;
 }
}
export const FaultFragmentDoc = new TypedDocumentString(`
 fragment Fault on Fault {
 code
 message
 retryable
 cause
}
 `, {"fragmentName":"Fault"}) as unknown as TypedDocumentString<Types.FaultFragment, unknown>;
export const ActorFragmentDoc = new TypedDocumentString(`
 fragment Actor on Actor {
 kind
 name
 projectId
}
 `, {"fragmentName":"Actor"}) as unknown as TypedDocumentString<Types.ActorFragment, unknown>;
export const BackupFragmentDoc = new TypedDocumentString(`
 fragment Backup on Backup {
 id
 projectId
 name
 instanceId
 instanceName
 instance {
 id
 status
 }
 scheduleId
 status
 thenDelete
 instanceKept
 operation {
 id
 status
 }
 datastore
 version
 volumeGiB
 databases
 users
 bytes
 storedBytes
 location
 fault {
 ...Fault
 }
 removalPostponed
 proof {
 status
 at
 tookMs
 tables
 rows
 fault {
 ...Fault
 }
 }
 verification {
 id
 }
 createdAt
 createdBy {
 ...Actor
 }
 completedAt
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`, {"fragmentName":"Backup"}) as unknown as TypedDocumentString<Types.BackupFragment, unknown>;
export const PageFragmentDoc = new TypedDocumentString(`
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
 `, {"fragmentName":"Page"}) as unknown as TypedDocumentString<Types.PageFragment, unknown>;
export const RefusalFragmentDoc = new TypedDocumentString(`
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
 `, {"fragmentName":"Refusal"}) as unknown as TypedDocumentString<Types.RefusalFragment, unknown>;
export const ConfigurationFragmentDoc = new TypedDocumentString(`
 fragment Configuration on Configuration {
 id
 name
 description
 datastore
 version
 revision
 values {
 name
 value
 }
 instances {
 instanceId
 instance {
 name
 }
 revision
 }
 rollout {
 revision
 restart
 parallelism
 status
 instanceId
 reason
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}
 fragment Actor on Actor {
 kind
 name
 projectId
}`, {"fragmentName":"Configuration"}) as unknown as TypedDocumentString<Types.ConfigurationFragment, unknown>;
export const ConfigurationChangeFragmentDoc = new TypedDocumentString(`
 fragment ConfigurationChange on ConfigurationAccepted {
 configurationId
 configuration {
 ...Configuration
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Configuration on Configuration {
 id
 name
 description
 datastore
 version
 revision
 values {
 name
 value
 }
 instances {
 instanceId
 instance {
 name
 }
 revision
 }
 rollout {
 revision
 restart
 parallelism
 status
 instanceId
 reason
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}`, {"fragmentName":"ConfigurationChange"}) as unknown as TypedDocumentString<Types.ConfigurationChangeFragment, unknown>;
export const ParameterFragmentDoc = new TypedDocumentString(`
 fragment Parameter on Parameter {
 name
 type
 min
 max
 values
 unit
 default
 restart
 settable
 refusedBecause
 summary
}
 `, {"fragmentName":"Parameter"}) as unknown as TypedDocumentString<Types.ParameterFragment, unknown>;
export const DeadLetterFragmentDoc = new TypedDocumentString(`
 fragment DeadLetter on DeadLetter {
 id
 topic
 key
 bytes
 partition
 offset
 group
 error
 attempts
 parkedAt
 status
 resolvedAt
 resolvedBy {
 ...Actor
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}`, {"fragmentName":"DeadLetter"}) as unknown as TypedDocumentString<Types.DeadLetterFragment, unknown>;
export const EventFragmentDoc = new TypedDocumentString(`
 fragment Event on Event {
 id
 eventId
 type
 at
 stream
 revision
 projectId
 instanceId
 operationId
 commandId
 causationId
 command
 request {
 id
 network
 client
 }
 data
 actor {
 ...Actor
 }
 unreadable {
 reason
 detail
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}`, {"fragmentName":"Event"}) as unknown as TypedDocumentString<Types.EventFragment, unknown>;
export const ExplainedEventFragmentDoc = new TypedDocumentString(`
 fragment ExplainedEvent on Event {
 ...Event
 causes {
 ...Event
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Event on Event {
 id
 eventId
 type
 at
 stream
 revision
 projectId
 instanceId
 operationId
 commandId
 causationId
 command
 request {
 id
 network
 client
 }
 data
 actor {
 ...Actor
 }
 unreadable {
 reason
 detail
 }
}`, {"fragmentName":"ExplainedEvent"}) as unknown as TypedDocumentString<Types.ExplainedEventFragment, unknown>;
export const CausedEventFragmentDoc = new TypedDocumentString(`
 fragment CausedEvent on Event {
 ...Event
 cause {
 eventId
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Event on Event {
 id
 eventId
 type
 at
 stream
 revision
 projectId
 instanceId
 operationId
 commandId
 causationId
 command
 request {
 id
 network
 client
 }
 data
 actor {
 ...Actor
 }
 unreadable {
 reason
 detail
 }
}`, {"fragmentName":"CausedEvent"}) as unknown as TypedDocumentString<Types.CausedEventFragment, unknown>;
export const FlavorFragmentDoc = new TypedDocumentString(`
 fragment Flavor on Flavor {
 id
 vcpus
 memoryMiB
 description
 retired
}
 `, {"fragmentName":"Flavor"}) as unknown as TypedDocumentString<Types.FlavorFragment, unknown>;
export const ResourcesFragmentDoc = new TypedDocumentString(`
 fragment Resources on Resources {
 vcpus
 memoryMiB
 volumeGiB
}
 `, {"fragmentName":"Resources"}) as unknown as TypedDocumentString<Types.ResourcesFragment, unknown>;
export const HostFragmentDoc = new TypedDocumentString(`
 fragment Host on Host {
 id
 name
 address
 status
 agentVersion
 signingKey
 refusedKey
 cordon {
 since
 reason
 }
 registeredAt
 updatedAt
 capacity {
 ...Resources
 }
 claimed {
 ...Resources
 }
 instanceLimit {
 atMost
 limitedBy
 }
 engines {
 datastore
 version
 source
 }
 isolation {
 unixUser
 cgroup
 volume
 missing
 }
}
 fragment Resources on Resources {
 vcpus
 memoryMiB
 volumeGiB
}`, {"fragmentName":"Host"}) as unknown as TypedDocumentString<Types.HostFragment, unknown>;
export const HostWithUnlistedFragmentDoc = new TypedDocumentString(`
 fragment HostWithUnlisted on Host {
 id
 name
 unlisted {
 id
 projectId
 name
 version
 running
 port
 foundAt
 }
}
 `, {"fragmentName":"HostWithUnlisted"}) as unknown as TypedDocumentString<Types.HostWithUnlistedFragment, unknown>;
export const CredentialFragmentDoc = new TypedDocumentString(`
 fragment Credential on Credential {
 user
 password
 databases
}
 `, {"fragmentName":"Credential"}) as unknown as TypedDocumentString<Types.CredentialFragment, unknown>;
export const StepFragmentDoc = new TypedDocumentString(`
 fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
 fragment Fault on Fault {
 code
 message
 retryable
 cause
}`, {"fragmentName":"Step"}) as unknown as TypedDocumentString<Types.StepFragment, unknown>;
export const OperationFragmentDoc = new TypedDocumentString(`
 fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}
 fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}`, {"fragmentName":"Operation"}) as unknown as TypedDocumentString<Types.OperationFragment, unknown>;
export const InstanceFragmentDoc = new TypedDocumentString(`
 fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
 fragment Fault on Fault {
 code
 message
 retryable
 cause
}`, {"fragmentName":"Instance"}) as unknown as TypedDocumentString<Types.InstanceFragment, unknown>;
export const CredentialsFragmentDoc = new TypedDocumentString(`
 fragment Credentials on CredentialsAccepted {
 replayed
 credentials {
 ...Credential
 }
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
 fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Credential on Credential {
 user
 password
 databases
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`, {"fragmentName":"Credentials"}) as unknown as TypedDocumentString<Types.CredentialsFragment, unknown>;
export const InstanceOperationFragmentDoc = new TypedDocumentString(`
 fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
 fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`, {"fragmentName":"InstanceOperation"}) as unknown as TypedDocumentString<Types.InstanceOperationFragment, unknown>;
export const JoinTokenFragmentDoc = new TypedDocumentString(`
 fragment JoinToken on JoinToken {
 id
 host {
 id
 name
 }
 expiresAt
 revoked
 usedAt
 usedBy {
 id
 name
 }
 createdAt
 createdBy {
 ...Actor
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}`, {"fragmentName":"JoinToken"}) as unknown as TypedDocumentString<Types.JoinTokenFragment, unknown>;
export const UnreadableEventFragmentDoc = new TypedDocumentString(`
 fragment UnreadableEvent on UnreadableEvent {
 id
 stream
 revision
 type
 reason
 detail
 excluded {
 at
 note
 by {
 ...Actor
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}`, {"fragmentName":"UnreadableEvent"}) as unknown as TypedDocumentString<Types.UnreadableEventFragment, unknown>;
export const QuotaLimitsFragmentDoc = new TypedDocumentString(`
 fragment QuotaLimits on QuotaLimits {
 instances
 vcpus
 memoryMiB
 volumeGiB
 backupGiB
}
 `, {"fragmentName":"QuotaLimits"}) as unknown as TypedDocumentString<Types.QuotaLimitsFragment, unknown>;
export const QuotaFragmentDoc = new TypedDocumentString(`
 fragment Quota on Quota {
 projectId
 isDefault
 limits {
 ...QuotaLimits
 }
 used {
 ...QuotaLimits
 }
}
 fragment QuotaLimits on QuotaLimits {
 instances
 vcpus
 memoryMiB
 volumeGiB
 backupGiB
}`, {"fragmentName":"Quota"}) as unknown as TypedDocumentString<Types.QuotaFragment, unknown>;
export const RefusedCommandFragmentDoc = new TypedDocumentString(`
 fragment RefusedCommand on RefusedCommand {
 id
 at
 projectId
 command
 target
 code
 message
 field
 actor {
 ...Actor
 }
 request {
 id
 network
 client
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}`, {"fragmentName":"RefusedCommand"}) as unknown as TypedDocumentString<Types.RefusedCommandFragment, unknown>;
export const ScheduleFragmentDoc = new TypedDocumentString(`
 fragment Schedule on Schedule {
 id
 projectId
 instanceId
 instance {
 name
 }
 action
 cron
 timeZone
 lateMinutes
 keepCount
 keepDays
 status
 pausedBecause
 nextDue
 lastRun {
 due
 status
 operation {
 id
 status
 }
 refusal {
 code
 message
 }
 }
 lastSkipped {
 from
 until
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}
 fragment Actor on Actor {
 kind
 name
 projectId
}`, {"fragmentName":"Schedule"}) as unknown as TypedDocumentString<Types.ScheduleFragment, unknown>;
export const TokenFragmentDoc = new TypedDocumentString(`
 fragment Token on Token {
 id
 projectId
 name
 role
 expiresAt
 revoked
 createdAt
 createdBy {
 ...Actor
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}`, {"fragmentName":"Token"}) as unknown as TypedDocumentString<Types.TokenFragment, unknown>;
export const AccountsDocument = new TypedDocumentString(`
 query Accounts($id: ID!) {
 instance(id: $id) {
 ...Instance
 accounts {
 databases {
 name
 origin
 missing
 }
 moreDatabases
 users {
 name
 origin
 missing
 }
 moreUsers
 }
 }
}
 fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.AccountsQuery, Types.AccountsQueryVariables>;
export const RefreshAccountsDocument = new TypedDocumentString(`
 mutation RefreshAccounts($input: RefreshAccountsInput!) {
 result: refreshAccounts(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.RefreshAccountsMutation, Types.RefreshAccountsMutationVariables>;
export const BackupsDocument = new TypedDocumentString(`
 query Backups($filter: BackupFilter, $first: Int, $after: String) {
 backups(filter: $filter, first: $first, after: $after) {
 edges {
 cursor
 node {
 ...Backup
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Backup on Backup {
 id
 projectId
 name
 instanceId
 instanceName
 instance {
 id
 status
 }
 scheduleId
 status
 thenDelete
 instanceKept
 operation {
 id
 status
 }
 datastore
 version
 volumeGiB
 databases
 users
 bytes
 storedBytes
 location
 fault {
 ...Fault
 }
 removalPostponed
 proof {
 status
 at
 tookMs
 tables
 rows
 fault {
 ...Fault
 }
 }
 verification {
 id
 }
 createdAt
 createdBy {
 ...Actor
 }
 completedAt
}
fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.BackupsQuery, Types.BackupsQueryVariables>;
export const BackupDocument = new TypedDocumentString(`
 query Backup($id: ID!) {
 backup(id: $id) {
 ...Backup
 }
}
 fragment Backup on Backup {
 id
 projectId
 name
 instanceId
 instanceName
 instance {
 id
 status
 }
 scheduleId
 status
 thenDelete
 instanceKept
 operation {
 id
 status
 }
 datastore
 version
 volumeGiB
 databases
 users
 bytes
 storedBytes
 location
 fault {
 ...Fault
 }
 removalPostponed
 proof {
 status
 at
 tookMs
 tables
 rows
 fault {
 ...Fault
 }
 }
 verification {
 id
 }
 createdAt
 createdBy {
 ...Actor
 }
 completedAt
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.BackupQuery, Types.BackupQueryVariables>;
export const CreateBackupDocument = new TypedDocumentString(`
 mutation CreateBackup($input: CreateBackupInput!) {
 result: createBackup(input: $input) {
 __typename
 ...Refusal
 ... on CreateBackupAccepted {
 replayed
 backupId
 operationId
 backup {
 ...Backup
 }
 }
 }
}
 fragment Backup on Backup {
 id
 projectId
 name
 instanceId
 instanceName
 instance {
 id
 status
 }
 scheduleId
 status
 thenDelete
 instanceKept
 operation {
 id
 status
 }
 datastore
 version
 volumeGiB
 databases
 users
 bytes
 storedBytes
 location
 fault {
 ...Fault
 }
 removalPostponed
 proof {
 status
 at
 tookMs
 tables
 rows
 fault {
 ...Fault
 }
 }
 verification {
 id
 }
 createdAt
 createdBy {
 ...Actor
 }
 completedAt
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.CreateBackupMutation, Types.CreateBackupMutationVariables>;
export const DeleteBackupDocument = new TypedDocumentString(`
 mutation DeleteBackup($input: DeleteBackupInput!) {
 result: deleteBackup(input: $input) {
 __typename
 ...Refusal
 ... on DeleteBackupAccepted {
 backupId
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}`) as unknown as TypedDocumentString<Types.DeleteBackupMutation, Types.DeleteBackupMutationVariables>;
export const VerifyBackupDocument = new TypedDocumentString(`
 mutation VerifyBackup($input: VerifyBackupInput!) {
 result: verifyBackup(input: $input) {
 __typename
 ... on VerifyBackupAccepted {
 replayed
 backupId
 operationId
 backup {
 ...Backup
 }
 }
 ...Refusal
 }
}
 fragment Backup on Backup {
 id
 projectId
 name
 instanceId
 instanceName
 instance {
 id
 status
 }
 scheduleId
 status
 thenDelete
 instanceKept
 operation {
 id
 status
 }
 datastore
 version
 volumeGiB
 databases
 users
 bytes
 storedBytes
 location
 fault {
 ...Fault
 }
 removalPostponed
 proof {
 status
 at
 tookMs
 tables
 rows
 fault {
 ...Fault
 }
 }
 verification {
 id
 }
 createdAt
 createdBy {
 ...Actor
 }
 completedAt
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.VerifyBackupMutation, Types.VerifyBackupMutationVariables>;
export const ConfigurationsDocument = new TypedDocumentString(`
 query Configurations($first: Int, $after: String) {
 configurations(first: $first, after: $after) {
 edges {
 cursor
 node {
 ...Configuration
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Configuration on Configuration {
 id
 name
 description
 datastore
 version
 revision
 values {
 name
 value
 }
 instances {
 instanceId
 instance {
 name
 }
 revision
 }
 rollout {
 revision
 restart
 parallelism
 status
 instanceId
 reason
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}`) as unknown as TypedDocumentString<Types.ConfigurationsQuery, Types.ConfigurationsQueryVariables>;
export const InstanceParametersDocument = new TypedDocumentString(`
 query InstanceParameters($id: ID!, $containing: String, $changed: Boolean) {
 instance(id: $id) {
 configuration {
 group {
 name
 }
 revision
 pending
 refusal
 }
 parameters(containing: $containing, changed: $changed) {
 name
 value
 source
 pending
 engineDefault
 unit
 }
 }
}
 `) as unknown as TypedDocumentString<Types.InstanceParametersQuery, Types.InstanceParametersQueryVariables>;
export const CreateConfigurationDocument = new TypedDocumentString(`
 mutation CreateConfiguration($input: CreateConfigurationInput!) {
 result: createConfiguration(input: $input) {
 __typename
 ...Refusal
 ...ConfigurationChange
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Configuration on Configuration {
 id
 name
 description
 datastore
 version
 revision
 values {
 name
 value
 }
 instances {
 instanceId
 instance {
 name
 }
 revision
 }
 rollout {
 revision
 restart
 parallelism
 status
 instanceId
 reason
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}
fragment ConfigurationChange on ConfigurationAccepted {
 configurationId
 configuration {
 ...Configuration
 }
}`) as unknown as TypedDocumentString<Types.CreateConfigurationMutation, Types.CreateConfigurationMutationVariables>;
export const ChangeConfigurationDocument = new TypedDocumentString(`
 mutation ChangeConfiguration($input: ChangeConfigurationInput!) {
 result: changeConfiguration(input: $input) {
 __typename
 ...Refusal
 ...ConfigurationChange
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Configuration on Configuration {
 id
 name
 description
 datastore
 version
 revision
 values {
 name
 value
 }
 instances {
 instanceId
 instance {
 name
 }
 revision
 }
 rollout {
 revision
 restart
 parallelism
 status
 instanceId
 reason
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}
fragment ConfigurationChange on ConfigurationAccepted {
 configurationId
 configuration {
 ...Configuration
 }
}`) as unknown as TypedDocumentString<Types.ChangeConfigurationMutation, Types.ChangeConfigurationMutationVariables>;
export const ReplaceConfigurationDocument = new TypedDocumentString(`
 mutation ReplaceConfiguration($input: ReplaceConfigurationInput!) {
 result: replaceConfiguration(input: $input) {
 __typename
 ...Refusal
 ...ConfigurationChange
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Configuration on Configuration {
 id
 name
 description
 datastore
 version
 revision
 values {
 name
 value
 }
 instances {
 instanceId
 instance {
 name
 }
 revision
 }
 rollout {
 revision
 restart
 parallelism
 status
 instanceId
 reason
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}
fragment ConfigurationChange on ConfigurationAccepted {
 configurationId
 configuration {
 ...Configuration
 }
}`) as unknown as TypedDocumentString<Types.ReplaceConfigurationMutation, Types.ReplaceConfigurationMutationVariables>;
export const RollOutConfigurationDocument = new TypedDocumentString(`
 mutation RollOutConfiguration($input: RollOutConfigurationInput!) {
 result: rollOutConfiguration(input: $input) {
 __typename
 ...Refusal
 ...ConfigurationChange
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Configuration on Configuration {
 id
 name
 description
 datastore
 version
 revision
 values {
 name
 value
 }
 instances {
 instanceId
 instance {
 name
 }
 revision
 }
 rollout {
 revision
 restart
 parallelism
 status
 instanceId
 reason
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}
fragment ConfigurationChange on ConfigurationAccepted {
 configurationId
 configuration {
 ...Configuration
 }
}`) as unknown as TypedDocumentString<Types.RollOutConfigurationMutation, Types.RollOutConfigurationMutationVariables>;
export const CancelRolloutDocument = new TypedDocumentString(`
 mutation CancelRollout($input: CancelRolloutInput!) {
 result: cancelRollout(input: $input) {
 __typename
 ...Refusal
 ...ConfigurationChange
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Configuration on Configuration {
 id
 name
 description
 datastore
 version
 revision
 values {
 name
 value
 }
 instances {
 instanceId
 instance {
 name
 }
 revision
 }
 rollout {
 revision
 restart
 parallelism
 status
 instanceId
 reason
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}
fragment ConfigurationChange on ConfigurationAccepted {
 configurationId
 configuration {
 ...Configuration
 }
}`) as unknown as TypedDocumentString<Types.CancelRolloutMutation, Types.CancelRolloutMutationVariables>;
export const DeleteConfigurationDocument = new TypedDocumentString(`
 mutation DeleteConfiguration($input: DeleteConfigurationInput!) {
 result: deleteConfiguration(input: $input) {
 __typename
 ...Refusal
 ...ConfigurationChange
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Configuration on Configuration {
 id
 name
 description
 datastore
 version
 revision
 values {
 name
 value
 }
 instances {
 instanceId
 instance {
 name
 }
 revision
 }
 rollout {
 revision
 restart
 parallelism
 status
 instanceId
 reason
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}
fragment ConfigurationChange on ConfigurationAccepted {
 configurationId
 configuration {
 ...Configuration
 }
}`) as unknown as TypedDocumentString<Types.DeleteConfigurationMutation, Types.DeleteConfigurationMutationVariables>;
export const AttachConfigurationDocument = new TypedDocumentString(`
 mutation AttachConfiguration($input: AttachConfigurationInput!) {
 result: attachConfiguration(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.AttachConfigurationMutation, Types.AttachConfigurationMutationVariables>;
export const DetachConfigurationDocument = new TypedDocumentString(`
 mutation DetachConfiguration($input: DetachConfigurationInput!) {
 result: detachConfiguration(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.DetachConfigurationMutation, Types.DetachConfigurationMutationVariables>;
export const CreateDatabaseDocument = new TypedDocumentString(`
 mutation CreateDatabase($input: CreateDatabaseInput!) {
 result: createDatabase(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.CreateDatabaseMutation, Types.CreateDatabaseMutationVariables>;
export const DeleteDatabaseDocument = new TypedDocumentString(`
 mutation DeleteDatabase($input: DeleteDatabaseInput!) {
 result: deleteDatabase(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.DeleteDatabaseMutation, Types.DeleteDatabaseMutationVariables>;
export const SetDefaultDatastoreVersionDocument = new TypedDocumentString(`
 mutation SetDefaultDatastoreVersion($input: SetDefaultDatastoreVersionInput!) {
 result: setDefaultDatastoreVersion(input: $input) {
 __typename
 ...Refusal
 ... on DatastoreAccepted {
 datastore {
 type
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}`) as unknown as TypedDocumentString<Types.SetDefaultDatastoreVersionMutation, Types.SetDefaultDatastoreVersionMutationVariables>;
export const WithdrawDatastoreVersionDocument = new TypedDocumentString(`
 mutation WithdrawDatastoreVersion($input: WithdrawDatastoreVersionInput!) {
 result: withdrawDatastoreVersion(input: $input) {
 __typename
 ...Refusal
 ... on DatastoreAccepted {
 datastore {
 type
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}`) as unknown as TypedDocumentString<Types.WithdrawDatastoreVersionMutation, Types.WithdrawDatastoreVersionMutationVariables>;
export const DatastoresDocument = new TypedDocumentString(`
 query Datastores {
 datastores {
 type
 versions
 withdrawnVersions
 defaultVersion
 defaultPinned
 builds {
 version
 source
 libraries {
 name
 version
 }
 notes
 }
 }
}
 `) as unknown as TypedDocumentString<Types.DatastoresQuery, Types.DatastoresQueryVariables>;
export const ParametersDocument = new TypedDocumentString(`
 query Parameters($datastore: String!, $version: String!, $containing: String, $settable: Boolean) {
 datastoreVersion(datastore: $datastore, version: $version) {
 parameters(containing: $containing, settable: $settable) {
 ...Parameter
 }
 }
}
 fragment Parameter on Parameter {
 name
 type
 min
 max
 values
 unit
 default
 restart
 settable
 refusedBecause
 summary
}`) as unknown as TypedDocumentString<Types.ParametersQuery, Types.ParametersQueryVariables>;
export const DeadLettersDocument = new TypedDocumentString(`
 query DeadLetters($filter: DeadLetterFilter, $first: Int, $after: String, $newestFirst: Boolean!) {
 deadLetters(
 filter: $filter
 first: $first
 after: $after
 newestFirst: $newestFirst
 ) {
 edges {
 cursor
 node {
 ...DeadLetter
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment DeadLetter on DeadLetter {
 id
 topic
 key
 bytes
 partition
 offset
 group
 error
 attempts
 parkedAt
 status
 resolvedAt
 resolvedBy {
 ...Actor
 }
}`) as unknown as TypedDocumentString<Types.DeadLettersQuery, Types.DeadLettersQueryVariables>;
export const DeadLetterDocument = new TypedDocumentString(`
 query DeadLetter($id: ID!) {
 content: deadLetter(id: $id) {
 value
 headers
 deadLetter {
 ...DeadLetter
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment DeadLetter on DeadLetter {
 id
 topic
 key
 bytes
 partition
 offset
 group
 error
 attempts
 parkedAt
 status
 resolvedAt
 resolvedBy {
 ...Actor
 }
}`) as unknown as TypedDocumentString<Types.DeadLetterQuery, Types.DeadLetterQueryVariables>;
export const ReplayDeadLetterDocument = new TypedDocumentString(`
 mutation ReplayDeadLetter($input: ReplayDeadLetterInput!) {
 result: replayDeadLetter(input: $input) {
 __typename
 ...Refusal
 ... on ReplayDeadLetterAccepted {
 deadLetter {
 ...DeadLetter
 }
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment DeadLetter on DeadLetter {
 id
 topic
 key
 bytes
 partition
 offset
 group
 error
 attempts
 parkedAt
 status
 resolvedAt
 resolvedBy {
 ...Actor
 }
}`) as unknown as TypedDocumentString<Types.ReplayDeadLetterMutation, Types.ReplayDeadLetterMutationVariables>;
export const DropDeadLetterDocument = new TypedDocumentString(`
 mutation DropDeadLetter($input: DropDeadLetterInput!) {
 result: dropDeadLetter(input: $input) {
 __typename
 ...Refusal
 ... on DropDeadLetterAccepted {
 deadLetter {
 ...DeadLetter
 }
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment DeadLetter on DeadLetter {
 id
 topic
 key
 bytes
 partition
 offset
 group
 error
 attempts
 parkedAt
 status
 resolvedAt
 resolvedBy {
 ...Actor
 }
}`) as unknown as TypedDocumentString<Types.DropDeadLetterMutation, Types.DropDeadLetterMutationVariables>;
export const EventsDocument = new TypedDocumentString(`
 query Events($filter: EventFilter, $first: Int, $after: String) {
 events(filter: $filter, first: $first, after: $after, newestFirst: true) {
 edges {
 cursor
 node {
 ...Event
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Event on Event {
 id
 eventId
 type
 at
 stream
 revision
 projectId
 instanceId
 operationId
 commandId
 causationId
 command
 request {
 id
 network
 client
 }
 data
 actor {
 ...Actor
 }
 unreadable {
 reason
 detail
 }
}`) as unknown as TypedDocumentString<Types.EventsQuery, Types.EventsQueryVariables>;
export const EventsAfterDocument = new TypedDocumentString(`
 query EventsAfter($filter: EventFilter, $first: Int, $after: String) {
 events(filter: $filter, first: $first, after: $after) {
 edges {
 cursor
 node {
 ...Event
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Event on Event {
 id
 eventId
 type
 at
 stream
 revision
 projectId
 instanceId
 operationId
 commandId
 causationId
 command
 request {
 id
 network
 client
 }
 data
 actor {
 ...Actor
 }
 unreadable {
 reason
 detail
 }
}`) as unknown as TypedDocumentString<Types.EventsAfterQuery, Types.EventsAfterQueryVariables>;
export const FollowEventsDocument = new TypedDocumentString(`
 subscription FollowEvents($filter: EventFilter, $after: String) {
 events(filter: $filter, after: $after) {
 cursor
 node {
 ...Event
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Event on Event {
 id
 eventId
 type
 at
 stream
 revision
 projectId
 instanceId
 operationId
 commandId
 causationId
 command
 request {
 id
 network
 client
 }
 data
 actor {
 ...Actor
 }
 unreadable {
 reason
 detail
 }
}`) as unknown as TypedDocumentString<Types.FollowEventsSubscription, Types.FollowEventsSubscriptionVariables>;
export const WhyDocument = new TypedDocumentString(`
 query Why($id: ID!) {
 instance(id: $id) {
 id
 name
 status
 health
 healthReason
 fault {
 ...Fault
 }
 statusEvent {
 ...ExplainedEvent
 }
 healthEvent {
 ...ExplainedEvent
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Event on Event {
 id
 eventId
 type
 at
 stream
 revision
 projectId
 instanceId
 operationId
 commandId
 causationId
 command
 request {
 id
 network
 client
 }
 data
 actor {
 ...Actor
 }
 unreadable {
 reason
 detail
 }
}
fragment ExplainedEvent on Event {
 ...Event
 causes {
 ...Event
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.WhyQuery, Types.WhyQueryVariables>;
export const TraceDocument = new TypedDocumentString(`
 query Trace($id: ID!) {
 node(id: $id) {
 ... on Event {
 ...ExplainedEvent
 effects {
 ...CausedEvent
 }
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Event on Event {
 id
 eventId
 type
 at
 stream
 revision
 projectId
 instanceId
 operationId
 commandId
 causationId
 command
 request {
 id
 network
 client
 }
 data
 actor {
 ...Actor
 }
 unreadable {
 reason
 detail
 }
}
fragment ExplainedEvent on Event {
 ...Event
 causes {
 ...Event
 }
}
fragment CausedEvent on Event {
 ...Event
 cause {
 eventId
 }
}`) as unknown as TypedDocumentString<Types.TraceQuery, Types.TraceQueryVariables>;
export const FirstEventsDocument = new TypedDocumentString(`
 query FirstEvents($filter: EventFilter) {
 events(filter: $filter, first: 10) {
 nodes {
 id
 effects {
 eventId
 }
 }
 }
}
 `) as unknown as TypedDocumentString<Types.FirstEventsQuery, Types.FirstEventsQueryVariables>;
export const CreateExtensionDocument = new TypedDocumentString(`
 mutation CreateExtension($input: CreateExtensionInput!) {
 result: createExtension(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.CreateExtensionMutation, Types.CreateExtensionMutationVariables>;
export const DropExtensionDocument = new TypedDocumentString(`
 mutation DropExtension($input: DropExtensionInput!) {
 result: dropExtension(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.DropExtensionMutation, Types.DropExtensionMutationVariables>;
export const DefineFlavorDocument = new TypedDocumentString(`
 mutation DefineFlavor($input: DefineFlavorInput!) {
 result: defineFlavor(input: $input) {
 __typename
 ...Refusal
 ... on FlavorAccepted {
 flavor {
 ...Flavor
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Flavor on Flavor {
 id
 vcpus
 memoryMiB
 description
 retired
}`) as unknown as TypedDocumentString<Types.DefineFlavorMutation, Types.DefineFlavorMutationVariables>;
export const RetireFlavorDocument = new TypedDocumentString(`
 mutation RetireFlavor($input: RetireFlavorInput!) {
 result: retireFlavor(input: $input) {
 __typename
 ...Refusal
 ... on FlavorAccepted {
 flavor {
 ...Flavor
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Flavor on Flavor {
 id
 vcpus
 memoryMiB
 description
 retired
}`) as unknown as TypedDocumentString<Types.RetireFlavorMutation, Types.RetireFlavorMutationVariables>;
export const FlavorsDocument = new TypedDocumentString(`
 query Flavors($includeRetired: Boolean!) {
 flavors(includeRetired: $includeRetired) {
 ...Flavor
 }
}
 fragment Flavor on Flavor {
 id
 vcpus
 memoryMiB
 description
 retired
}`) as unknown as TypedDocumentString<Types.FlavorsQuery, Types.FlavorsQueryVariables>;
export const HostsDocument = new TypedDocumentString(`
 query Hosts($first: Int, $after: String) {
 hosts(first: $first, after: $after) {
 edges {
 cursor
 node {
 ...Host
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Resources on Resources {
 vcpus
 memoryMiB
 volumeGiB
}
fragment Host on Host {
 id
 name
 address
 status
 agentVersion
 signingKey
 refusedKey
 cordon {
 since
 reason
 }
 registeredAt
 updatedAt
 capacity {
 ...Resources
 }
 claimed {
 ...Resources
 }
 instanceLimit {
 atMost
 limitedBy
 }
 engines {
 datastore
 version
 source
 }
 isolation {
 unixUser
 cgroup
 volume
 missing
 }
}`) as unknown as TypedDocumentString<Types.HostsQuery, Types.HostsQueryVariables>;
export const UnlistedDocument = new TypedDocumentString(`
 query Unlisted($first: Int, $after: String) {
 hosts(first: $first, after: $after) {
 edges {
 cursor
 node {
 ...HostWithUnlisted
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment HostWithUnlisted on Host {
 id
 name
 unlisted {
 id
 projectId
 name
 version
 running
 port
 foundAt
 }
}`) as unknown as TypedDocumentString<Types.UnlistedQuery, Types.UnlistedQueryVariables>;
export const IssueJoinTokenDocument = new TypedDocumentString(`
 mutation IssueJoinToken($input: IssueJoinTokenInput!) {
 result: issueJoinToken(input: $input) {
 __typename
 ...Refusal
 ... on IssueJoinTokenAccepted {
 replayed
 joinTokenId
 joinToken
 expiresAt
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}`) as unknown as TypedDocumentString<Types.IssueJoinTokenMutation, Types.IssueJoinTokenMutationVariables>;
export const RemoveHostDocument = new TypedDocumentString(`
 mutation RemoveHost($input: RemoveHostInput!) {
 result: removeHost(input: $input) {
 __typename
 ...Refusal
 ... on RemoveHostAccepted {
 hostId
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}`) as unknown as TypedDocumentString<Types.RemoveHostMutation, Types.RemoveHostMutationVariables>;
export const CordonHostDocument = new TypedDocumentString(`
 mutation CordonHost($input: CordonHostInput!) {
 result: cordonHost(input: $input) {
 __typename
 ...Refusal
 ... on CordonHostAccepted {
 host {
 ...Host
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Resources on Resources {
 vcpus
 memoryMiB
 volumeGiB
}
fragment Host on Host {
 id
 name
 address
 status
 agentVersion
 signingKey
 refusedKey
 cordon {
 since
 reason
 }
 registeredAt
 updatedAt
 capacity {
 ...Resources
 }
 claimed {
 ...Resources
 }
 instanceLimit {
 atMost
 limitedBy
 }
 engines {
 datastore
 version
 source
 }
 isolation {
 unixUser
 cgroup
 volume
 missing
 }
}`) as unknown as TypedDocumentString<Types.CordonHostMutation, Types.CordonHostMutationVariables>;
export const UncordonHostDocument = new TypedDocumentString(`
 mutation UncordonHost($input: UncordonHostInput!) {
 result: uncordonHost(input: $input) {
 __typename
 ...Refusal
 ... on UncordonHostAccepted {
 host {
 ...Host
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Resources on Resources {
 vcpus
 memoryMiB
 volumeGiB
}
fragment Host on Host {
 id
 name
 address
 status
 agentVersion
 signingKey
 refusedKey
 cordon {
 since
 reason
 }
 registeredAt
 updatedAt
 capacity {
 ...Resources
 }
 claimed {
 ...Resources
 }
 instanceLimit {
 atMost
 limitedBy
 }
 engines {
 datastore
 version
 source
 }
 isolation {
 unixUser
 cgroup
 volume
 missing
 }
}`) as unknown as TypedDocumentString<Types.UncordonHostMutation, Types.UncordonHostMutationVariables>;
export const InstanceDocument = new TypedDocumentString(`
 query Instance($id: ID!, $asOf: DateTime) {
 instance(id: $id, asOf: $asOf) {
 ...Instance
 }
}
 fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.InstanceQuery, Types.InstanceQueryVariables>;
export const InstancesDocument = new TypedDocumentString(`
 query Instances($filter: InstanceFilter, $first: Int, $after: String) {
 instances(filter: $filter, first: $first, after: $after) {
 edges {
 cursor
 node {
 ...Instance
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.InstancesQuery, Types.InstancesQueryVariables>;
export const CreateInstanceDocument = new TypedDocumentString(`
 mutation CreateInstance($input: CreateInstanceInput!) {
 result: createInstance(input: $input) {
 __typename
 ...Refusal
 ... on CreateInstanceAccepted {
 replayed
 credentials {
 ...Credential
 }
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Credential on Credential {
 user
 password
 databases
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.CreateInstanceMutation, Types.CreateInstanceMutationVariables>;
export const RenameInstanceDocument = new TypedDocumentString(`
 mutation RenameInstance($input: RenameInstanceInput!) {
 result: renameInstance(input: $input) {
 __typename
 ...Refusal
 ... on RenameInstanceAccepted {
 instance {
 ...Instance
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.RenameInstanceMutation, Types.RenameInstanceMutationVariables>;
export const UpdateInstanceDocument = new TypedDocumentString(`
 mutation UpdateInstance($input: UpdateInstanceInput!) {
 result: updateInstance(input: $input) {
 __typename
 ...Refusal
 ... on UpdateInstanceAccepted {
 instance {
 ...Instance
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.UpdateInstanceMutation, Types.UpdateInstanceMutationVariables>;
export const RestartInstanceDocument = new TypedDocumentString(`
 mutation RestartInstance($input: RestartInstanceInput!) {
 result: restartInstance(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.RestartInstanceMutation, Types.RestartInstanceMutationVariables>;
export const StopInstanceDocument = new TypedDocumentString(`
 mutation StopInstance($input: StopInstanceInput!) {
 result: stopInstance(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.StopInstanceMutation, Types.StopInstanceMutationVariables>;
export const StartInstanceDocument = new TypedDocumentString(`
 mutation StartInstance($input: StartInstanceInput!) {
 result: startInstance(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.StartInstanceMutation, Types.StartInstanceMutationVariables>;
export const ResizeInstanceDocument = new TypedDocumentString(`
 mutation ResizeInstance($input: ResizeInstanceInput!) {
 result: resizeInstance(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.ResizeInstanceMutation, Types.ResizeInstanceMutationVariables>;
export const DeleteInstanceDocument = new TypedDocumentString(`
 mutation DeleteInstance($input: DeleteInstanceInput!) {
 result: deleteInstance(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.DeleteInstanceMutation, Types.DeleteInstanceMutationVariables>;
export const AdoptInstanceDocument = new TypedDocumentString(`
 mutation AdoptInstance($input: AdoptInstanceInput!) {
 result: adoptInstance(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.AdoptInstanceMutation, Types.AdoptInstanceMutationVariables>;
export const RemoveUnlistedInstanceDocument = new TypedDocumentString(`
 mutation RemoveUnlistedInstance($input: RemoveUnlistedInstanceInput!) {
 result: removeUnlistedInstance(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.RemoveUnlistedInstanceMutation, Types.RemoveUnlistedInstanceMutationVariables>;
export const FollowInstanceDocument = new TypedDocumentString(`
 subscription FollowInstance($id: ID!) {
 instance(id: $id) {
 ...Instance
 }
}
 fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}`) as unknown as TypedDocumentString<Types.FollowInstanceSubscription, Types.FollowInstanceSubscriptionVariables>;
export const JoinTokensDocument = new TypedDocumentString(`
 query JoinTokens($first: Int, $after: String) {
 joinTokens(first: $first, after: $after) {
 edges {
 cursor
 node {
 ...JoinToken
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment JoinToken on JoinToken {
 id
 host {
 id
 name
 }
 expiresAt
 revoked
 usedAt
 usedBy {
 id
 name
 }
 createdAt
 createdBy {
 ...Actor
 }
}`) as unknown as TypedDocumentString<Types.JoinTokensQuery, Types.JoinTokensQueryVariables>;
export const RevokeJoinTokenDocument = new TypedDocumentString(`
 mutation RevokeJoinToken($input: RevokeJoinTokenInput!) {
 result: revokeJoinToken(input: $input) {
 __typename
 ...Refusal
 ... on RevokeJoinTokenAccepted {
 token {
 ...JoinToken
 }
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment JoinToken on JoinToken {
 id
 host {
 id
 name
 }
 expiresAt
 revoked
 usedAt
 usedBy {
 id
 name
 }
 createdAt
 createdBy {
 ...Actor
 }
}`) as unknown as TypedDocumentString<Types.RevokeJoinTokenMutation, Types.RevokeJoinTokenMutationVariables>;
export const UnreadableEventsDocument = new TypedDocumentString(`
 query UnreadableEvents($first: Int, $after: String) {
 unreadableEvents(first: $first, after: $after) {
 edges {
 cursor
 node {
 ...UnreadableEvent
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment UnreadableEvent on UnreadableEvent {
 id
 stream
 revision
 type
 reason
 detail
 excluded {
 at
 note
 by {
 ...Actor
 }
 }
}`) as unknown as TypedDocumentString<Types.UnreadableEventsQuery, Types.UnreadableEventsQueryVariables>;
export const ExcludeEventDocument = new TypedDocumentString(`
 mutation ExcludeEvent($input: ExcludeEventInput!) {
 result: excludeEvent(input: $input) {
 __typename
 ...Refusal
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}`) as unknown as TypedDocumentString<Types.ExcludeEventMutation, Types.ExcludeEventMutationVariables>;
export const OperationDocument = new TypedDocumentString(`
 query Operation($id: ID!) {
 operation(id: $id) {
 ...Operation
 }
}
 fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.OperationQuery, Types.OperationQueryVariables>;
export const OperationsDocument = new TypedDocumentString(`
 query Operations($filter: OperationFilter, $first: Int, $after: String) {
 operations(filter: $filter, first: $first, after: $after, newestFirst: true) {
 edges {
 cursor
 node {
 ...Operation
 instance {
 name
 }
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.OperationsQuery, Types.OperationsQueryVariables>;
export const CancelOperationDocument = new TypedDocumentString(`
 mutation CancelOperation($input: CancelOperationInput!) {
 result: cancelOperation(input: $input) {
 __typename
 ...Refusal
 ... on CancelOperationAccepted {
 operation {
 ...Operation
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.CancelOperationMutation, Types.CancelOperationMutationVariables>;
export const FollowOperationDocument = new TypedDocumentString(`
 subscription FollowOperation($id: ID!) {
 operation(id: $id) {
 ...Operation
 }
}
 fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.FollowOperationSubscription, Types.FollowOperationSubscriptionVariables>;
export const SetQuotaDocument = new TypedDocumentString(`
 mutation SetQuota($input: SetQuotaInput!) {
 result: setQuota(input: $input) {
 __typename
 ...Refusal
 ... on SetQuotaAccepted {
 quota {
 ...Quota
 }
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment QuotaLimits on QuotaLimits {
 instances
 vcpus
 memoryMiB
 volumeGiB
 backupGiB
}
fragment Quota on Quota {
 projectId
 isDefault
 limits {
 ...QuotaLimits
 }
 used {
 ...QuotaLimits
 }
}`) as unknown as TypedDocumentString<Types.SetQuotaMutation, Types.SetQuotaMutationVariables>;
export const QuotaDocument = new TypedDocumentString(`
 query Quota($project: ID) {
 quota(project: $project) {
 ...Quota
 }
}
 fragment QuotaLimits on QuotaLimits {
 instances
 vcpus
 memoryMiB
 volumeGiB
 backupGiB
}
fragment Quota on Quota {
 projectId
 isDefault
 limits {
 ...QuotaLimits
 }
 used {
 ...QuotaLimits
 }
}`) as unknown as TypedDocumentString<Types.QuotaQuery, Types.QuotaQueryVariables>;
export const RefusedCommandsDocument = new TypedDocumentString(`
 query RefusedCommands($filter: RefusedCommandFilter, $first: Int, $after: String) {
 refusedCommands(
 filter: $filter
 first: $first
 after: $after
 newestFirst: true
 ) {
 edges {
 cursor
 node {
 ...RefusedCommand
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment RefusedCommand on RefusedCommand {
 id
 at
 projectId
 command
 target
 code
 message
 field
 actor {
 ...Actor
 }
 request {
 id
 network
 client
 }
}`) as unknown as TypedDocumentString<Types.RefusedCommandsQuery, Types.RefusedCommandsQueryVariables>;
export const EnableRootDocument = new TypedDocumentString(`
 mutation EnableRoot($input: EnableRootInput!) {
 result: enableRoot(input: $input) {
 __typename
 ...Refusal
 ...Credentials
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Credential on Credential {
 user
 password
 databases
}
fragment Credentials on CredentialsAccepted {
 replayed
 credentials {
 ...Credential
 }
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.EnableRootMutation, Types.EnableRootMutationVariables>;
export const DisableRootDocument = new TypedDocumentString(`
 mutation DisableRoot($input: DisableRootInput!) {
 result: disableRoot(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.DisableRootMutation, Types.DisableRootMutationVariables>;
export const RootDocument = new TypedDocumentString(`
 query Root($id: ID!) {
 operations(
 filter: { instanceId: $id, kind: [ENABLE_ROOT, DISABLE_ROOT], status: [SUCCEEDED] }
 first: 20
 newestFirst: true
 ) {
 edges {
 node {
 kind
 createdAt
 requestedBy {
 name
 }
 }
 }
 }
}
 `) as unknown as TypedDocumentString<Types.RootQuery, Types.RootQueryVariables>;
export const SchedulesDocument = new TypedDocumentString(`
 query Schedules($filter: ScheduleFilter, $first: Int, $after: String) {
 schedules(filter: $filter, first: $first, after: $after) {
 edges {
 cursor
 node {
 ...Schedule
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Schedule on Schedule {
 id
 projectId
 instanceId
 instance {
 name
 }
 action
 cron
 timeZone
 lateMinutes
 keepCount
 keepDays
 status
 pausedBecause
 nextDue
 lastRun {
 due
 status
 operation {
 id
 status
 }
 refusal {
 code
 message
 }
 }
 lastSkipped {
 from
 until
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}`) as unknown as TypedDocumentString<Types.SchedulesQuery, Types.SchedulesQueryVariables>;
export const ScheduleDocument = new TypedDocumentString(`
 query Schedule($id: ID!) {
 schedule: node(id: $id) {
 __typename
 ... on Schedule {
 ...Schedule
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Schedule on Schedule {
 id
 projectId
 instanceId
 instance {
 name
 }
 action
 cron
 timeZone
 lateMinutes
 keepCount
 keepDays
 status
 pausedBecause
 nextDue
 lastRun {
 due
 status
 operation {
 id
 status
 }
 refusal {
 code
 message
 }
 }
 lastSkipped {
 from
 until
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}`) as unknown as TypedDocumentString<Types.ScheduleQuery, Types.ScheduleQueryVariables>;
export const CreateScheduleDocument = new TypedDocumentString(`
 mutation CreateSchedule($input: CreateScheduleInput!) {
 result: createSchedule(input: $input) {
 __typename
 ...Refusal
 ... on CreateScheduleAccepted {
 replayed
 scheduleId
 schedule {
 ...Schedule
 }
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Schedule on Schedule {
 id
 projectId
 instanceId
 instance {
 name
 }
 action
 cron
 timeZone
 lateMinutes
 keepCount
 keepDays
 status
 pausedBecause
 nextDue
 lastRun {
 due
 status
 operation {
 id
 status
 }
 refusal {
 code
 message
 }
 }
 lastSkipped {
 from
 until
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}`) as unknown as TypedDocumentString<Types.CreateScheduleMutation, Types.CreateScheduleMutationVariables>;
export const ChangeScheduleDocument = new TypedDocumentString(`
 mutation ChangeSchedule($input: ChangeScheduleInput!) {
 result: changeSchedule(input: $input) {
 __typename
 ...Refusal
 ... on ChangeScheduleAccepted {
 replayed
 scheduleId
 schedule {
 ...Schedule
 }
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Schedule on Schedule {
 id
 projectId
 instanceId
 instance {
 name
 }
 action
 cron
 timeZone
 lateMinutes
 keepCount
 keepDays
 status
 pausedBecause
 nextDue
 lastRun {
 due
 status
 operation {
 id
 status
 }
 refusal {
 code
 message
 }
 }
 lastSkipped {
 from
 until
 }
 createdAt
 createdBy {
 ...Actor
 }
 updatedAt
}`) as unknown as TypedDocumentString<Types.ChangeScheduleMutation, Types.ChangeScheduleMutationVariables>;
export const DeleteScheduleDocument = new TypedDocumentString(`
 mutation DeleteSchedule($input: DeleteScheduleInput!) {
 result: deleteSchedule(input: $input) {
 __typename
 ...Refusal
 ... on DeleteScheduleAccepted {
 scheduleId
 }
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}`) as unknown as TypedDocumentString<Types.DeleteScheduleMutation, Types.DeleteScheduleMutationVariables>;
export const ViewerDocument = new TypedDocumentString(`
 query Viewer {
 viewer {
 subject
 projectId
 roles
 }
}
 `) as unknown as TypedDocumentString<Types.ViewerQuery, Types.ViewerQueryVariables>;
export const TokensDocument = new TypedDocumentString(`
 query Tokens($projectId: ID, $first: Int, $after: String) {
 tokens(projectId: $projectId, first: $first, after: $after) {
 edges {
 cursor
 node {
 ...Token
 }
 }
 pageInfo {
 ...Page
 }
 }
}
 fragment Page on PageInfo {
 hasNextPage
 endCursor
}
fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Token on Token {
 id
 projectId
 name
 role
 expiresAt
 revoked
 createdAt
 createdBy {
 ...Actor
 }
}`) as unknown as TypedDocumentString<Types.TokensQuery, Types.TokensQueryVariables>;
export const IssueTokenDocument = new TypedDocumentString(`
 mutation IssueToken($input: IssueTokenInput!) {
 result: issueToken(input: $input) {
 __typename
 ...Refusal
 ... on IssueTokenAccepted {
 replayed
 tokenId
 secret
 token {
 ...Token
 }
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Token on Token {
 id
 projectId
 name
 role
 expiresAt
 revoked
 createdAt
 createdBy {
 ...Actor
 }
}`) as unknown as TypedDocumentString<Types.IssueTokenMutation, Types.IssueTokenMutationVariables>;
export const RevokeTokenDocument = new TypedDocumentString(`
 mutation RevokeToken($input: RevokeTokenInput!) {
 result: revokeToken(input: $input) {
 __typename
 ...Refusal
 ... on RevokeTokenAccepted {
 token {
 ...Token
 }
 }
 }
}
 fragment Actor on Actor {
 kind
 name
 projectId
}
fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Token on Token {
 id
 projectId
 name
 role
 expiresAt
 revoked
 createdAt
 createdBy {
 ...Actor
 }
}`) as unknown as TypedDocumentString<Types.RevokeTokenMutation, Types.RevokeTokenMutationVariables>;
export const CreateUsersDocument = new TypedDocumentString(`
 mutation CreateUsers($input: CreateUsersInput!) {
 result: createUsers(input: $input) {
 __typename
 ...Refusal
 ...Credentials
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Credential on Credential {
 user
 password
 databases
}
fragment Credentials on CredentialsAccepted {
 replayed
 credentials {
 ...Credential
 }
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.CreateUsersMutation, Types.CreateUsersMutationVariables>;
export const DeleteUsersDocument = new TypedDocumentString(`
 mutation DeleteUsers($input: DeleteUsersInput!) {
 result: deleteUsers(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.DeleteUsersMutation, Types.DeleteUsersMutationVariables>;
export const ChangePasswordDocument = new TypedDocumentString(`
 mutation ChangePassword($input: ChangePasswordInput!) {
 result: changePassword(input: $input) {
 __typename
 ...Refusal
 ...Credentials
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment Credential on Credential {
 user
 password
 databases
}
fragment Credentials on CredentialsAccepted {
 replayed
 credentials {
 ...Credential
 }
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.ChangePasswordMutation, Types.ChangePasswordMutationVariables>;
export const GrantAccessDocument = new TypedDocumentString(`
 mutation GrantAccess($input: GrantAccessInput!) {
 result: grantAccess(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.GrantAccessMutation, Types.GrantAccessMutationVariables>;
export const RevokeAccessDocument = new TypedDocumentString(`
 mutation RevokeAccess($input: RevokeAccessInput!) {
 result: revokeAccess(input: $input) {
 __typename
 ...Refusal
 ...InstanceOperation
 }
}
 fragment Refusal on Refusal {
 code
 message
 field
 details
 faults {
 code
 message
 field
 }
}
fragment Instance on Instance {
 id
 name
 status
 health
 healthReason
 volumeStage
 incident
 projectId
 datastore
 version
 flavor
 vcpus
 memoryMiB
 volumeGiB
 endpoint {
 host
 port
 }
 caCertificate
 databases
 users {
 name
 host
 databases
 access {
 database
 level
 }
 }
 rootEnabled
 description
 tags {
 key
 value
 }
 deletionProtected
 operation {
 id
 kind
 status
 }
 sharedOperations {
 id
 kind
 status
 }
 nodes {
 id
 hostId
 role
 generation
 }
 fault {
 ...Fault
 }
 createdAt
 updatedAt
 stateVersion
}
fragment InstanceOperation on InstanceOperationAccepted {
 replayed
 operationId
 operation {
 ...Operation
 }
 instance {
 ...Instance
 }
}
fragment Fault on Fault {
 code
 message
 retryable
 cause
}
fragment Step on OperationStep {
 name
 status
 compensating
 startedAt
 endedAt
 progress
 message
 fault {
 ...Fault
 }
}
fragment Operation on Operation {
 id
 kind
 status
 cancellationRequested
 deadline
 instanceId
 createdAt
 endedAt
 fault {
 ...Fault
 }
 steps {
 ...Step
 }
}`) as unknown as TypedDocumentString<Types.RevokeAccessMutation, Types.RevokeAccessMutationVariables>;