/* Generated from ops/cli/documents and the schema: run "npm run docs". */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type AccessLevel =
  | 'ALL'
  | 'READ'
  | 'WRITE';

export type AccountOrigin =
  | 'COFFER'
  | 'ENGINE';

export type ActorKind =
  | 'AGENT'
  | 'SYSTEM'
  | 'USER';

export type AdoptInstanceInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly projectId?: string | null | undefined;
};

export type AttachConfigurationInput = {
  readonly configurationId: string;
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly restart?: boolean;
};

export type BackupFilter = {
  readonly instanceId?: string | null | undefined;
  readonly projectId?: string | null | undefined;
  readonly proof?: ReadonlyArray<BackupProofFilter> | null | undefined;
  readonly since?: string | null | undefined;
  readonly status?: ReadonlyArray<BackupStatus> | null | undefined;
  readonly until?: string | null | undefined;
};

export type BackupProofFilter =
  | 'FAILED'
  | 'PROVEN'
  | 'UNPROVEN';

export type BackupProofStatus =
  | 'FAILED'
  | 'PROVEN';

export type BackupStatus =
  | 'AVAILABLE'
  | 'CREATING'
  | 'DELETING'
  | 'FAILED';

export type CancelOperationInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type CancelRolloutInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type ChangeConfigurationInput = {
  readonly description?: string | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly parallelism?: number;
  readonly restart?: boolean;
  readonly set?: ReadonlyArray<ParameterValueInput>;
  readonly unset?: ReadonlyArray<string>;
};

export type ChangePasswordInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly keepFormer?: boolean | null | undefined;
  readonly name: string;
  readonly password?: string | null | undefined;
};

export type ChangeScheduleInput = {
  readonly cron?: string | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly keepCount?: number | null | undefined;
  readonly keepDays?: number | null | undefined;
  readonly lateMinutes?: number | null | undefined;
  readonly paused?: boolean | null | undefined;
  readonly timeZone?: string | null | undefined;
};

export type CordonHostInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly reason?: string | null | undefined;
};

export type CreateBackupInput = {
  readonly idempotencyKey?: string | null | undefined;
  readonly instanceId: string;
  readonly name?: string | null | undefined;
  readonly scheduleId?: string | null | undefined;
  readonly thenDelete?: boolean | null | undefined;
};

export type CreateConfigurationInput = {
  readonly datastore: string;
  readonly description?: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly projectId?: string | null | undefined;
  readonly values: ReadonlyArray<ParameterValueInput>;
  readonly version?: string | null | undefined;
};

export type CreateDatabaseInput = {
  readonly characterSet?: string | null | undefined;
  readonly collation?: string | null | undefined;
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly owner?: string | null | undefined;
  readonly users?: ReadonlyArray<string> | null | undefined;
};

export type CreateExtensionInput = {
  readonly database: string;
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
};

export type CreateInstanceInput = {
  readonly databases?: ReadonlyArray<DatabaseInput> | null | undefined;
  readonly datastore?: string | null | undefined;
  readonly deletionProtected?: boolean | null | undefined;
  readonly description?: string | null | undefined;
  readonly flavor?: string | null | undefined;
  readonly fromBackup?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly projectId?: string | null | undefined;
  readonly tags?: ReadonlyArray<TagInput> | null | undefined;
  readonly users?: ReadonlyArray<UserInput> | null | undefined;
  readonly version?: string | null | undefined;
  readonly volumeGiB?: number | null | undefined;
};

export type CreateScheduleInput = {
  readonly action: ScheduleAction;
  readonly cron: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly instanceId: string;
  readonly keepCount?: number | null | undefined;
  readonly keepDays?: number | null | undefined;
  readonly lateMinutes?: number;
  readonly timeZone?: string;
};

export type CreateUsersInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly users: ReadonlyArray<NewUserInput>;
};

export type DatabaseInput = {
  readonly characterSet?: string | null | undefined;
  readonly collation?: string | null | undefined;
  readonly name: string;
};

export type DeadLetterFilter = {
  readonly includeResolved?: boolean | null | undefined;
  readonly topic?: string | null | undefined;
};

export type DeadLetterStatus =
  | 'DROPPED'
  | 'OPEN'
  | 'REPLAYED';

export type DefineFlavorInput = {
  readonly description?: string;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly memoryMiB: number;
  readonly vcpus: number;
};

export type DeleteBackupInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type DeleteConfigurationInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type DeleteDatabaseInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
};

export type DeleteInstanceInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type DeleteScheduleInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type DeleteUsersInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly names: ReadonlyArray<string>;
};

export type DetachConfigurationInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly restart?: boolean;
};

export type DisableRootInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type DropDeadLetterInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type DropExtensionInput = {
  readonly database: string;
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
};

export type EnableRootInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly password?: string | null | undefined;
};

export type EventFilter = {
  readonly actor?: string | null | undefined;
  readonly command?: string | null | undefined;
  readonly hostId?: string | null | undefined;
  readonly instanceId?: string | null | undefined;
  readonly operationId?: string | null | undefined;
  readonly projectId?: string | null | undefined;
  readonly role?: Role | null | undefined;
  readonly since?: string | null | undefined;
  readonly types?: ReadonlyArray<string> | null | undefined;
  readonly until?: string | null | undefined;
};

export type ExcludeEventInput = {
  readonly idempotencyKey?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly revision: number;
  readonly stream: string;
};

export type GrantAccessInput = {
  readonly databases: ReadonlyArray<string>;
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly level: AccessLevel;
  readonly name: string;
};

export type Health =
  | 'HEALTHY'
  | 'UNHEALTHY'
  | 'UNKNOWN'
  | 'UNREACHABLE';

export type HostStatus =
  | 'LOST'
  | 'UNREADABLE'
  | 'UP';

export type InstanceFilter = {
  readonly datastore?: string | null | undefined;
  readonly health?: ReadonlyArray<Health> | null | undefined;
  readonly hostId?: string | null | undefined;
  readonly includeDeleted?: boolean;
  readonly name?: string | null | undefined;
  readonly namePrefix?: string | null | undefined;
  readonly projectId?: string | null | undefined;
  readonly since?: string | null | undefined;
  readonly status?: ReadonlyArray<InstanceStatus> | null | undefined;
  readonly tags?: ReadonlyArray<TagFilter> | null | undefined;
  readonly until?: string | null | undefined;
};

export type InstanceStatus =
  | 'ACTIVE'
  | 'CONFIGURING'
  | 'DELETED'
  | 'DELETING'
  | 'FAILED'
  | 'MISSING'
  | 'PROMOTING'
  | 'PROVISIONING'
  | 'RESIZING'
  | 'RESTARTING'
  | 'RESTORING'
  | 'STARTING'
  | 'STOPPED'
  | 'STOPPING'
  | 'UPGRADING';

export type IssueJoinTokenInput = {
  readonly expiresAt?: string | null | undefined;
  readonly hostId?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
};

export type IssueTokenInput = {
  readonly expiresAt?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
  readonly projectId?: string | null | undefined;
  readonly role: Role;
};

export type NewUserInput = {
  readonly databases?: ReadonlyArray<string> | null | undefined;
  readonly host?: string | null | undefined;
  readonly level?: AccessLevel | null | undefined;
  readonly name: string;
  readonly password?: string | null | undefined;
};

export type NodeRole =
  | 'PRIMARY'
  | 'REPLICA';

export type OperationFilter = {
  readonly instanceId?: string | null | undefined;
  readonly kind?: ReadonlyArray<OperationKind> | null | undefined;
  readonly projectId?: string | null | undefined;
  readonly requestedBy?: string | null | undefined;
  readonly since?: string | null | undefined;
  readonly status?: ReadonlyArray<OperationStatus> | null | undefined;
  readonly until?: string | null | undefined;
};

export type OperationKind =
  | 'BACKUP'
  | 'CHANGE_PASSWORD'
  | 'CONFIGURE'
  | 'CONFIGURE_RESTART'
  | 'CREATE_DATABASE'
  | 'CREATE_EXTENSION'
  | 'CREATE_USERS'
  | 'DELETE'
  | 'DELETE_DATABASE'
  | 'DELETE_USERS'
  | 'DISABLE_ROOT'
  | 'DROP_EXTENSION'
  | 'ENABLE_ROOT'
  | 'GRANT_ACCESS'
  | 'PROVISION'
  | 'REFRESH_ACCOUNTS'
  | 'RESIZE'
  | 'RESTART'
  | 'REVOKE_ACCESS'
  | 'START'
  | 'STOP';

export type OperationStatus =
  | 'CANCELLED'
  | 'COMPENSATING'
  | 'FAILED'
  | 'PENDING'
  | 'RUNNING'
  | 'SUCCEEDED';

export type ParameterSource =
  | 'COFFER'
  | 'ENGINE'
  | 'GROUP';

export type ParameterType =
  | 'BOOLEAN'
  | 'ENUM'
  | 'INTEGER'
  | 'NUMBER'
  | 'SET'
  | 'TEXT';

export type ParameterValueInput = {
  readonly name: string;
  readonly value: string;
};

export type RefreshAccountsInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type RefusalCode =
  | 'ALREADY_EXISTS'
  | 'CONCURRENT_MODIFICATION'
  | 'DELETION_PROTECTED'
  | 'FEATURE_NOT_AVAILABLE'
  | 'FORBIDDEN'
  | 'HOST_UNREACHABLE'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'INVALID_INPUT'
  | 'INVALID_STATE'
  | 'NOT_CANCELLABLE'
  | 'NOT_FOUND'
  | 'NO_CAPACITY'
  | 'OPERATION_IN_PROGRESS'
  | 'QUOTA_EXCEEDED'
  | 'RATE_LIMITED'
  | 'RESERVED_NAME'
  | 'UNAUTHENTICATED'
  | 'UNKNOWN_DATASTORE'
  | 'UNKNOWN_FLAVOR'
  | 'UNKNOWN_VERSION'
  | 'UNREADABLE_HISTORY'
  | 'VERSION_CONFLICT';

export type RefusedCommandFilter = {
  readonly actor?: string | null | undefined;
  readonly code?: string | null | undefined;
  readonly command?: string | null | undefined;
  readonly projectId?: string | null | undefined;
  readonly since?: string | null | undefined;
  readonly until?: string | null | undefined;
};

export type RemoveHostInput = {
  readonly force?: boolean;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type RemoveUnlistedInstanceInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type RenameInstanceInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
};

export type ReplaceConfigurationInput = {
  readonly description?: string | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly parallelism?: number;
  readonly restart?: boolean;
  readonly values: ReadonlyArray<ParameterValueInput>;
};

export type ReplayDeadLetterInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type ResizeInstanceInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly flavor?: string | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly volumeGiB?: number | null | undefined;
};

export type RestartInstanceInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type RetireFlavorInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type RevokeAccessInput = {
  readonly databases: ReadonlyArray<string>;
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly name: string;
};

export type RevokeJoinTokenInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type RevokeTokenInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type Role =
  | 'ADMIN'
  | 'MEMBER'
  | 'READER';

export type RollOutConfigurationInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly parallelism?: number;
  readonly restart?: boolean;
};

export type RolloutStatus =
  | 'CANCELLED'
  | 'FAILED'
  | 'RUNNING'
  | 'SUCCEEDED';

export type ScheduleAction =
  | 'BACKUP'
  | 'RESTART'
  | 'START'
  | 'STOP';

export type ScheduleFilter = {
  readonly action?: ReadonlyArray<ScheduleAction> | null | undefined;
  readonly instanceId?: string | null | undefined;
  readonly projectId?: string | null | undefined;
  readonly since?: string | null | undefined;
  readonly status?: ReadonlyArray<ScheduleStatus> | null | undefined;
  readonly until?: string | null | undefined;
};

export type ScheduleRunStatus =
  | 'ACCEPTED'
  | 'ASKED'
  | 'REFUSED';

export type ScheduleStatus =
  | 'ENABLED'
  | 'PAUSED';

export type SetDefaultDatastoreVersionInput = {
  readonly datastore: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly version: string;
};

export type SetQuotaInput = {
  readonly backupGiB?: number | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly instances: number;
  readonly memoryMiB: number;
  readonly projectId: string;
  readonly vcpus: number;
  readonly volumeGiB: number;
};

export type StartInstanceInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type StepStatus =
  | 'FAILED'
  | 'PENDING'
  | 'RUNNING'
  | 'SKIPPED'
  | 'SUCCEEDED';

export type StopInstanceInput = {
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type TagFilter = {
  readonly key: string;
  readonly value?: string | null | undefined;
};

export type TagInput = {
  readonly key: string;
  readonly value: string;
};

export type UncordonHostInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type UnreadableReason =
  | 'MALFORMED_DATA'
  | 'MALFORMED_METADATA'
  | 'MISSING'
  | 'NEWER_VERSION'
  | 'UNKNOWN_TYPE'
  | 'WRONG_STREAM';

export type UpdateInstanceInput = {
  readonly deletionProtected?: boolean | null | undefined;
  readonly description?: string | null | undefined;
  readonly expectedVersion?: number | null | undefined;
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly removeTags?: ReadonlyArray<string> | null | undefined;
  readonly setTags?: ReadonlyArray<TagInput> | null | undefined;
};

export type UserInput = {
  readonly databases?: ReadonlyArray<string> | null | undefined;
  readonly host?: string | null | undefined;
  readonly level?: AccessLevel | null | undefined;
  readonly name: string;
  readonly password?: string | null | undefined;
};

export type VerifyBackupInput = {
  readonly id: string;
  readonly idempotencyKey?: string | null | undefined;
};

export type VolumeStage =
  | 'FILLING'
  | 'FULL'
  | 'NEARLY_FULL'
  | 'ROOMY';

export type WithdrawDatastoreVersionInput = {
  readonly datastore: string;
  readonly idempotencyKey?: string | null | undefined;
  readonly version: string;
};

export type AccountsQueryVariables = Exact<{
  id: string;
}>;


export type AccountsQuery = { readonly instance: (
    { readonly accounts: { readonly moreDatabases: number, readonly moreUsers: number, readonly databases: ReadonlyArray<{ readonly name: string, readonly origin: AccountOrigin, readonly missing: boolean }>, readonly users: ReadonlyArray<{ readonly name: string, readonly origin: AccountOrigin, readonly missing: boolean }> } }
    & InstanceFragment
  ) | null };

export type RefreshAccountsMutationVariables = Exact<{
  input: RefreshAccountsInput;
}>;


export type RefreshAccountsMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type BackupFragment = { readonly id: string, readonly projectId: string, readonly name: string, readonly instanceId: string, readonly instanceName: string, readonly scheduleId: string | null, readonly status: BackupStatus, readonly thenDelete: boolean, readonly instanceKept: string | null, readonly datastore: string, readonly version: string, readonly volumeGiB: number, readonly databases: ReadonlyArray<string>, readonly users: ReadonlyArray<string>, readonly bytes: number | null, readonly storedBytes: number | null, readonly location: string | null, readonly removalPostponed: string | null, readonly createdAt: string, readonly completedAt: string | null, readonly instance: { readonly id: string, readonly status: InstanceStatus } | null, readonly operation: { readonly id: string, readonly status: OperationStatus } | null, readonly fault: FaultFragment | null, readonly proof: { readonly status: BackupProofStatus, readonly at: string, readonly tookMs: number, readonly tables: number | null, readonly rows: number | null, readonly fault: FaultFragment | null } | null, readonly verification: { readonly id: string } | null, readonly createdBy: ActorFragment };

export type BackupsQueryVariables = Exact<{
  filter?: BackupFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type BackupsQuery = { readonly backups: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: BackupFragment }>, readonly pageInfo: PageFragment } };

export type BackupQueryVariables = Exact<{
  id: string;
}>;


export type BackupQuery = { readonly backup: BackupFragment | null };

export type CreateBackupMutationVariables = Exact<{
  input: CreateBackupInput;
}>;


export type CreateBackupMutation = { readonly result:
    | { readonly __typename: 'CreateBackupAccepted', readonly replayed: boolean, readonly backupId: string, readonly operationId: string, readonly backup: BackupFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DeleteBackupMutationVariables = Exact<{
  input: DeleteBackupInput;
}>;


export type DeleteBackupMutation = { readonly result:
    | { readonly __typename: 'DeleteBackupAccepted', readonly backupId: string }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type VerifyBackupMutationVariables = Exact<{
  input: VerifyBackupInput;
}>;


export type VerifyBackupMutation = { readonly result:
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
    | { readonly __typename: 'VerifyBackupAccepted', readonly replayed: boolean, readonly backupId: string, readonly operationId: string, readonly backup: BackupFragment | null }
   };

export type PageFragment = { readonly hasNextPage: boolean, readonly endCursor: string | null };

export type ActorFragment = { readonly kind: ActorKind, readonly name: string, readonly projectId: string | null };

export type RefusalFragment = { readonly code: RefusalCode, readonly message: string, readonly field: string | null, readonly details: unknown, readonly faults: ReadonlyArray<{ readonly code: RefusalCode, readonly message: string, readonly field: string | null }> };

export type ConfigurationFragment = { readonly id: string, readonly name: string, readonly description: string, readonly datastore: string, readonly version: string, readonly revision: number, readonly createdAt: string, readonly updatedAt: string, readonly values: ReadonlyArray<{ readonly name: string, readonly value: string }>, readonly instances: ReadonlyArray<{ readonly instanceId: string, readonly revision: number, readonly instance: { readonly name: string } | null }>, readonly rollout: { readonly revision: number, readonly restart: boolean, readonly parallelism: number, readonly status: RolloutStatus, readonly instanceId: string | null, readonly reason: string | null } | null, readonly createdBy: ActorFragment };

export type ConfigurationChangeFragment = { readonly configurationId: string, readonly configuration: ConfigurationFragment | null };

export type ConfigurationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ConfigurationsQuery = { readonly configurations: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: ConfigurationFragment }>, readonly pageInfo: PageFragment } };

export type InstanceParametersQueryVariables = Exact<{
  id: string;
  containing?: string | null | undefined;
  changed?: boolean | null | undefined;
}>;


export type InstanceParametersQuery = { readonly instance: { readonly configuration: { readonly revision: number, readonly pending: ReadonlyArray<string>, readonly refusal: string | null, readonly group: { readonly name: string } | null }, readonly parameters: ReadonlyArray<{ readonly name: string, readonly value: string | null, readonly source: ParameterSource, readonly pending: string | null, readonly engineDefault: string | null, readonly unit: string | null }> } | null };

export type CreateConfigurationMutationVariables = Exact<{
  input: CreateConfigurationInput;
}>;


export type CreateConfigurationMutation = { readonly result:
    | (
      { readonly __typename: 'ConfigurationAccepted' }
      & ConfigurationChangeFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type ChangeConfigurationMutationVariables = Exact<{
  input: ChangeConfigurationInput;
}>;


export type ChangeConfigurationMutation = { readonly result:
    | (
      { readonly __typename: 'ConfigurationAccepted' }
      & ConfigurationChangeFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type ReplaceConfigurationMutationVariables = Exact<{
  input: ReplaceConfigurationInput;
}>;


export type ReplaceConfigurationMutation = { readonly result:
    | (
      { readonly __typename: 'ConfigurationAccepted' }
      & ConfigurationChangeFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type RollOutConfigurationMutationVariables = Exact<{
  input: RollOutConfigurationInput;
}>;


export type RollOutConfigurationMutation = { readonly result:
    | (
      { readonly __typename: 'ConfigurationAccepted' }
      & ConfigurationChangeFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type CancelRolloutMutationVariables = Exact<{
  input: CancelRolloutInput;
}>;


export type CancelRolloutMutation = { readonly result:
    | (
      { readonly __typename: 'ConfigurationAccepted' }
      & ConfigurationChangeFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DeleteConfigurationMutationVariables = Exact<{
  input: DeleteConfigurationInput;
}>;


export type DeleteConfigurationMutation = { readonly result:
    | (
      { readonly __typename: 'ConfigurationAccepted' }
      & ConfigurationChangeFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type AttachConfigurationMutationVariables = Exact<{
  input: AttachConfigurationInput;
}>;


export type AttachConfigurationMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DetachConfigurationMutationVariables = Exact<{
  input: DetachConfigurationInput;
}>;


export type DetachConfigurationMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type CreateDatabaseMutationVariables = Exact<{
  input: CreateDatabaseInput;
}>;


export type CreateDatabaseMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DeleteDatabaseMutationVariables = Exact<{
  input: DeleteDatabaseInput;
}>;


export type DeleteDatabaseMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type SetDefaultDatastoreVersionMutationVariables = Exact<{
  input: SetDefaultDatastoreVersionInput;
}>;


export type SetDefaultDatastoreVersionMutation = { readonly result:
    | { readonly __typename: 'DatastoreAccepted', readonly datastore: { readonly type: string } | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type WithdrawDatastoreVersionMutationVariables = Exact<{
  input: WithdrawDatastoreVersionInput;
}>;


export type WithdrawDatastoreVersionMutation = { readonly result:
    | { readonly __typename: 'DatastoreAccepted', readonly datastore: { readonly type: string } | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DatastoresQueryVariables = Exact<{ [key: string]: never; }>;


export type DatastoresQuery = { readonly datastores: ReadonlyArray<{ readonly type: string, readonly versions: ReadonlyArray<string>, readonly withdrawnVersions: ReadonlyArray<string>, readonly defaultVersion: string | null, readonly defaultPinned: boolean, readonly builds: ReadonlyArray<{ readonly version: string, readonly source: string, readonly notes: ReadonlyArray<string>, readonly libraries: ReadonlyArray<{ readonly name: string, readonly version: string }> }> }> };

export type ParametersQueryVariables = Exact<{
  datastore: string;
  version: string;
  containing?: string | null | undefined;
  settable?: boolean | null | undefined;
}>;


export type ParametersQuery = { readonly datastoreVersion: { readonly parameters: ReadonlyArray<ParameterFragment> } | null };

export type ParameterFragment = { readonly name: string, readonly type: ParameterType, readonly min: number | null, readonly max: number | null, readonly values: ReadonlyArray<string> | null, readonly unit: string | null, readonly default: string | null, readonly restart: boolean, readonly settable: boolean, readonly refusedBecause: string | null, readonly summary: string };

export type DeadLetterFragment = { readonly id: string, readonly topic: string, readonly key: string, readonly bytes: number, readonly partition: number | null, readonly offset: string | null, readonly group: string | null, readonly error: string | null, readonly attempts: number | null, readonly parkedAt: string, readonly status: DeadLetterStatus, readonly resolvedAt: string | null, readonly resolvedBy: ActorFragment | null };

export type DeadLettersQueryVariables = Exact<{
  filter?: DeadLetterFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  newestFirst: boolean;
}>;


export type DeadLettersQuery = { readonly deadLetters: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: DeadLetterFragment }>, readonly pageInfo: PageFragment } };

export type DeadLetterQueryVariables = Exact<{
  id: string;
}>;


export type DeadLetterQuery = { readonly content: { readonly value: string, readonly headers: unknown, readonly deadLetter: DeadLetterFragment } | null };

export type ReplayDeadLetterMutationVariables = Exact<{
  input: ReplayDeadLetterInput;
}>;


export type ReplayDeadLetterMutation = { readonly result:
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
    | { readonly __typename: 'ReplayDeadLetterAccepted', readonly deadLetter: DeadLetterFragment | null }
   };

export type DropDeadLetterMutationVariables = Exact<{
  input: DropDeadLetterInput;
}>;


export type DropDeadLetterMutation = { readonly result:
    | { readonly __typename: 'DropDeadLetterAccepted', readonly deadLetter: DeadLetterFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type EventFragment = { readonly id: string, readonly eventId: string, readonly type: string, readonly at: string | null, readonly stream: string, readonly revision: number, readonly projectId: string | null, readonly instanceId: string | null, readonly operationId: string | null, readonly commandId: string | null, readonly causationId: string | null, readonly command: string | null, readonly data: unknown, readonly request: { readonly id: string, readonly network: string | null, readonly client: string | null } | null, readonly actor: ActorFragment | null, readonly unreadable: { readonly reason: UnreadableReason, readonly detail: string } | null };

export type EventsQueryVariables = Exact<{
  filter?: EventFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type EventsQuery = { readonly events: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: EventFragment }>, readonly pageInfo: PageFragment } };

export type EventsAfterQueryVariables = Exact<{
  filter?: EventFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type EventsAfterQuery = { readonly events: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: EventFragment }>, readonly pageInfo: PageFragment } };

export type FollowEventsSubscriptionVariables = Exact<{
  filter?: EventFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type FollowEventsSubscription = { readonly events: { readonly cursor: string, readonly node: EventFragment } };

export type WhyQueryVariables = Exact<{
  id: string;
}>;


export type WhyQuery = { readonly instance: { readonly id: string, readonly name: string, readonly status: InstanceStatus, readonly health: Health, readonly healthReason: string | null, readonly fault: FaultFragment | null, readonly statusEvent: ExplainedEventFragment | null, readonly healthEvent: ExplainedEventFragment | null } | null };

export type ExplainedEventFragment = (
  { readonly causes: ReadonlyArray<EventFragment> }
  & EventFragment
);

export type TraceQueryVariables = Exact<{
  id: string;
}>;


export type TraceQuery = { readonly node:
    | (
      { readonly effects: ReadonlyArray<CausedEventFragment> }
      & ExplainedEventFragment
    )
    | Record<PropertyKey, never>
   | null };

export type CausedEventFragment = (
  { readonly cause: { readonly eventId: string } | null }
  & EventFragment
);

export type FirstEventsQueryVariables = Exact<{
  filter?: EventFilter | null | undefined;
}>;


export type FirstEventsQuery = { readonly events: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly effects: ReadonlyArray<{ readonly eventId: string }> }> } };

export type CreateExtensionMutationVariables = Exact<{
  input: CreateExtensionInput;
}>;


export type CreateExtensionMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DropExtensionMutationVariables = Exact<{
  input: DropExtensionInput;
}>;


export type DropExtensionMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type FlavorFragment = { readonly id: string, readonly vcpus: number, readonly memoryMiB: number, readonly description: string, readonly retired: boolean };

export type DefineFlavorMutationVariables = Exact<{
  input: DefineFlavorInput;
}>;


export type DefineFlavorMutation = { readonly result:
    | { readonly __typename: 'FlavorAccepted', readonly flavor: FlavorFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type RetireFlavorMutationVariables = Exact<{
  input: RetireFlavorInput;
}>;


export type RetireFlavorMutation = { readonly result:
    | { readonly __typename: 'FlavorAccepted', readonly flavor: FlavorFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type FlavorsQueryVariables = Exact<{
  includeRetired: boolean;
}>;


export type FlavorsQuery = { readonly flavors: ReadonlyArray<FlavorFragment> };

export type ResourcesFragment = { readonly vcpus: number, readonly memoryMiB: number, readonly volumeGiB: number };

export type HostFragment = { readonly id: string, readonly name: string, readonly address: string, readonly status: HostStatus, readonly agentVersion: string, readonly signingKey: string | null, readonly refusedKey: string | null, readonly registeredAt: string | null, readonly updatedAt: string | null, readonly cordon: { readonly since: string, readonly reason: string | null } | null, readonly capacity: ResourcesFragment | null, readonly claimed: ResourcesFragment | null, readonly instanceLimit: { readonly atMost: number, readonly limitedBy: string } | null, readonly engines: ReadonlyArray<{ readonly datastore: string, readonly version: string, readonly source: string }>, readonly isolation: { readonly unixUser: boolean, readonly cgroup: string, readonly volume: string, readonly missing: ReadonlyArray<string> } | null };

export type HostWithUnlistedFragment = { readonly id: string, readonly name: string, readonly unlisted: ReadonlyArray<{ readonly id: string, readonly projectId: string | null, readonly name: string | null, readonly version: string | null, readonly running: boolean, readonly port: number | null, readonly foundAt: string }> };

export type HostsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type HostsQuery = { readonly hosts: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: HostFragment }>, readonly pageInfo: PageFragment } };

export type UnlistedQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UnlistedQuery = { readonly hosts: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: HostWithUnlistedFragment }>, readonly pageInfo: PageFragment } };

export type IssueJoinTokenMutationVariables = Exact<{
  input: IssueJoinTokenInput;
}>;


export type IssueJoinTokenMutation = { readonly result:
    | { readonly __typename: 'IssueJoinTokenAccepted', readonly replayed: boolean, readonly joinTokenId: string, readonly joinToken: string, readonly expiresAt: string }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type RemoveHostMutationVariables = Exact<{
  input: RemoveHostInput;
}>;


export type RemoveHostMutation = { readonly result:
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
    | { readonly __typename: 'RemoveHostAccepted', readonly hostId: string }
   };

export type CordonHostMutationVariables = Exact<{
  input: CordonHostInput;
}>;


export type CordonHostMutation = { readonly result:
    | { readonly __typename: 'CordonHostAccepted', readonly host: HostFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type UncordonHostMutationVariables = Exact<{
  input: UncordonHostInput;
}>;


export type UncordonHostMutation = { readonly result:
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
    | { readonly __typename: 'UncordonHostAccepted', readonly host: HostFragment | null }
   };

export type InstanceFragment = { readonly id: string, readonly name: string, readonly status: InstanceStatus, readonly health: Health, readonly healthReason: string | null, readonly volumeStage: VolumeStage, readonly incident: string | null, readonly projectId: string, readonly datastore: string, readonly version: string, readonly flavor: string, readonly vcpus: number, readonly memoryMiB: number, readonly volumeGiB: number, readonly caCertificate: string | null, readonly databases: ReadonlyArray<string>, readonly rootEnabled: boolean, readonly description: string | null, readonly deletionProtected: boolean, readonly createdAt: string, readonly updatedAt: string, readonly stateVersion: number, readonly endpoint: { readonly host: string, readonly port: number } | null, readonly users: ReadonlyArray<{ readonly name: string, readonly host: string | null, readonly databases: ReadonlyArray<string>, readonly access: ReadonlyArray<{ readonly database: string | null, readonly level: AccessLevel }> }>, readonly tags: ReadonlyArray<{ readonly key: string, readonly value: string }>, readonly operation: { readonly id: string, readonly kind: OperationKind, readonly status: OperationStatus } | null, readonly sharedOperations: ReadonlyArray<{ readonly id: string, readonly kind: OperationKind, readonly status: OperationStatus }>, readonly nodes: ReadonlyArray<{ readonly id: string, readonly hostId: string | null, readonly role: NodeRole, readonly generation: number }>, readonly fault: FaultFragment | null };

export type CredentialFragment = { readonly user: string, readonly password: string, readonly databases: ReadonlyArray<string> };

export type CredentialsFragment = { readonly replayed: boolean, readonly operationId: string | null, readonly credentials: ReadonlyArray<CredentialFragment>, readonly operation: OperationFragment | null, readonly instance: InstanceFragment | null };

export type InstanceOperationFragment = { readonly replayed: boolean, readonly operationId: string | null, readonly operation: OperationFragment | null, readonly instance: InstanceFragment | null };

export type InstanceQueryVariables = Exact<{
  id: string;
  asOf?: string | null | undefined;
}>;


export type InstanceQuery = { readonly instance: InstanceFragment | null };

export type InstancesQueryVariables = Exact<{
  filter?: InstanceFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type InstancesQuery = { readonly instances: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: InstanceFragment }>, readonly pageInfo: PageFragment } };

export type CreateInstanceMutationVariables = Exact<{
  input: CreateInstanceInput;
}>;


export type CreateInstanceMutation = { readonly result:
    | { readonly __typename: 'CreateInstanceAccepted', readonly replayed: boolean, readonly operationId: string, readonly credentials: ReadonlyArray<CredentialFragment>, readonly operation: OperationFragment | null, readonly instance: InstanceFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type RenameInstanceMutationVariables = Exact<{
  input: RenameInstanceInput;
}>;


export type RenameInstanceMutation = { readonly result:
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
    | { readonly __typename: 'RenameInstanceAccepted', readonly instance: InstanceFragment | null }
   };

export type UpdateInstanceMutationVariables = Exact<{
  input: UpdateInstanceInput;
}>;


export type UpdateInstanceMutation = { readonly result:
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
    | { readonly __typename: 'UpdateInstanceAccepted', readonly instance: InstanceFragment | null }
   };

export type RestartInstanceMutationVariables = Exact<{
  input: RestartInstanceInput;
}>;


export type RestartInstanceMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type StopInstanceMutationVariables = Exact<{
  input: StopInstanceInput;
}>;


export type StopInstanceMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type StartInstanceMutationVariables = Exact<{
  input: StartInstanceInput;
}>;


export type StartInstanceMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type ResizeInstanceMutationVariables = Exact<{
  input: ResizeInstanceInput;
}>;


export type ResizeInstanceMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DeleteInstanceMutationVariables = Exact<{
  input: DeleteInstanceInput;
}>;


export type DeleteInstanceMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type AdoptInstanceMutationVariables = Exact<{
  input: AdoptInstanceInput;
}>;


export type AdoptInstanceMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type RemoveUnlistedInstanceMutationVariables = Exact<{
  input: RemoveUnlistedInstanceInput;
}>;


export type RemoveUnlistedInstanceMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type FollowInstanceSubscriptionVariables = Exact<{
  id: string;
}>;


export type FollowInstanceSubscription = { readonly instance: InstanceFragment };

export type JoinTokenFragment = { readonly id: string, readonly expiresAt: string, readonly revoked: boolean, readonly usedAt: string | null, readonly createdAt: string, readonly host: { readonly id: string, readonly name: string } | null, readonly usedBy: { readonly id: string, readonly name: string } | null, readonly createdBy: ActorFragment };

export type JoinTokensQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type JoinTokensQuery = { readonly joinTokens: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: JoinTokenFragment }>, readonly pageInfo: PageFragment } };

export type RevokeJoinTokenMutationVariables = Exact<{
  input: RevokeJoinTokenInput;
}>;


export type RevokeJoinTokenMutation = { readonly result:
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
    | { readonly __typename: 'RevokeJoinTokenAccepted', readonly token: JoinTokenFragment | null }
   };

export type UnreadableEventFragment = { readonly id: string, readonly stream: string, readonly revision: number, readonly type: string, readonly reason: UnreadableReason, readonly detail: string, readonly excluded: { readonly at: string, readonly note: string, readonly by: ActorFragment } | null };

export type UnreadableEventsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UnreadableEventsQuery = { readonly unreadableEvents: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: UnreadableEventFragment }>, readonly pageInfo: PageFragment } };

export type ExcludeEventMutationVariables = Exact<{
  input: ExcludeEventInput;
}>;


export type ExcludeEventMutation = { readonly result:
    | { readonly __typename: 'ExcludeEventAccepted' }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type FaultFragment = { readonly code: string, readonly message: string, readonly retryable: boolean, readonly cause: string | null };

export type StepFragment = { readonly name: string, readonly status: StepStatus, readonly compensating: boolean, readonly startedAt: string | null, readonly endedAt: string | null, readonly progress: number, readonly message: string | null, readonly fault: FaultFragment | null };

export type OperationFragment = { readonly id: string, readonly kind: OperationKind, readonly status: OperationStatus, readonly cancellationRequested: boolean, readonly deadline: string, readonly instanceId: string | null, readonly createdAt: string, readonly endedAt: string | null, readonly fault: FaultFragment | null, readonly steps: ReadonlyArray<StepFragment> };

export type OperationQueryVariables = Exact<{
  id: string;
}>;


export type OperationQuery = { readonly operation: OperationFragment | null };

export type OperationsQueryVariables = Exact<{
  filter?: OperationFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type OperationsQuery = { readonly operations: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: (
        { readonly instance: { readonly name: string } | null }
        & OperationFragment
      ) }>, readonly pageInfo: PageFragment } };

export type CancelOperationMutationVariables = Exact<{
  input: CancelOperationInput;
}>;


export type CancelOperationMutation = { readonly result:
    | { readonly __typename: 'CancelOperationAccepted', readonly operation: OperationFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type FollowOperationSubscriptionVariables = Exact<{
  id: string;
}>;


export type FollowOperationSubscription = { readonly operation: OperationFragment };

export type QuotaLimitsFragment = { readonly instances: number, readonly vcpus: number, readonly memoryMiB: number, readonly volumeGiB: number, readonly backupGiB: number | null };

export type QuotaFragment = { readonly projectId: string, readonly isDefault: boolean, readonly limits: QuotaLimitsFragment, readonly used: QuotaLimitsFragment };

export type SetQuotaMutationVariables = Exact<{
  input: SetQuotaInput;
}>;


export type SetQuotaMutation = { readonly result:
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
    | { readonly __typename: 'SetQuotaAccepted', readonly quota: QuotaFragment | null }
   };

export type QuotaQueryVariables = Exact<{
  project?: string | null | undefined;
}>;


export type QuotaQuery = { readonly quota: QuotaFragment };

export type RefusedCommandFragment = { readonly id: string, readonly at: string, readonly projectId: string, readonly command: string, readonly target: string | null, readonly code: string, readonly message: string | null, readonly field: string | null, readonly actor: ActorFragment, readonly request: { readonly id: string, readonly network: string | null, readonly client: string | null } | null };

export type RefusedCommandsQueryVariables = Exact<{
  filter?: RefusedCommandFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RefusedCommandsQuery = { readonly refusedCommands: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: RefusedCommandFragment }>, readonly pageInfo: PageFragment } };

export type EnableRootMutationVariables = Exact<{
  input: EnableRootInput;
}>;


export type EnableRootMutation = { readonly result:
    | (
      { readonly __typename: 'CredentialsAccepted' }
      & CredentialsFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DisableRootMutationVariables = Exact<{
  input: DisableRootInput;
}>;


export type DisableRootMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type RootQueryVariables = Exact<{
  id: string;
}>;


export type RootQuery = { readonly operations: { readonly edges: ReadonlyArray<{ readonly node: { readonly kind: OperationKind, readonly createdAt: string, readonly requestedBy: { readonly name: string } } }> } };

export type ScheduleFragment = { readonly id: string, readonly projectId: string, readonly instanceId: string, readonly action: ScheduleAction, readonly cron: string, readonly timeZone: string, readonly lateMinutes: number, readonly keepCount: number | null, readonly keepDays: number | null, readonly status: ScheduleStatus, readonly pausedBecause: string | null, readonly nextDue: string | null, readonly createdAt: string, readonly updatedAt: string, readonly instance: { readonly name: string } | null, readonly lastRun: { readonly due: string, readonly status: ScheduleRunStatus, readonly operation: { readonly id: string, readonly status: OperationStatus } | null, readonly refusal: { readonly code: string, readonly message: string } | null } | null, readonly lastSkipped: { readonly from: string, readonly until: string } | null, readonly createdBy: ActorFragment };

export type SchedulesQueryVariables = Exact<{
  filter?: ScheduleFilter | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type SchedulesQuery = { readonly schedules: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: ScheduleFragment }>, readonly pageInfo: PageFragment } };

export type ScheduleQueryVariables = Exact<{
  id: string;
}>;


export type ScheduleQuery = { readonly schedule:
    | { readonly __typename: 'Backup' }
    | { readonly __typename: 'Configuration' }
    | { readonly __typename: 'DeadLetter' }
    | { readonly __typename: 'Event' }
    | { readonly __typename: 'Flavor' }
    | { readonly __typename: 'Host' }
    | { readonly __typename: 'Instance' }
    | { readonly __typename: 'JoinToken' }
    | { readonly __typename: 'Operation' }
    | { readonly __typename: 'RefusedCommand' }
    | (
      { readonly __typename: 'Schedule' }
      & ScheduleFragment
    )
    | { readonly __typename: 'Token' }
    | { readonly __typename: 'UnreadableEvent' }
   | null };

export type CreateScheduleMutationVariables = Exact<{
  input: CreateScheduleInput;
}>;


export type CreateScheduleMutation = { readonly result:
    | { readonly __typename: 'CreateScheduleAccepted', readonly replayed: boolean, readonly scheduleId: string, readonly schedule: ScheduleFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type ChangeScheduleMutationVariables = Exact<{
  input: ChangeScheduleInput;
}>;


export type ChangeScheduleMutation = { readonly result:
    | { readonly __typename: 'ChangeScheduleAccepted', readonly replayed: boolean, readonly scheduleId: string, readonly schedule: ScheduleFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DeleteScheduleMutationVariables = Exact<{
  input: DeleteScheduleInput;
}>;


export type DeleteScheduleMutation = { readonly result:
    | { readonly __typename: 'DeleteScheduleAccepted', readonly scheduleId: string }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { readonly viewer: { readonly subject: string, readonly projectId: string, readonly roles: ReadonlyArray<Role> } };

export type TokenFragment = { readonly id: string, readonly projectId: string, readonly name: string, readonly role: Role, readonly expiresAt: string | null, readonly revoked: boolean, readonly createdAt: string, readonly createdBy: ActorFragment };

export type TokensQueryVariables = Exact<{
  projectId?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TokensQuery = { readonly tokens: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: TokenFragment }>, readonly pageInfo: PageFragment } };

export type IssueTokenMutationVariables = Exact<{
  input: IssueTokenInput;
}>;


export type IssueTokenMutation = { readonly result:
    | { readonly __typename: 'IssueTokenAccepted', readonly replayed: boolean, readonly tokenId: string, readonly secret: string, readonly token: TokenFragment | null }
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type RevokeTokenMutationVariables = Exact<{
  input: RevokeTokenInput;
}>;


export type RevokeTokenMutation = { readonly result:
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
    | { readonly __typename: 'RevokeTokenAccepted', readonly token: TokenFragment | null }
   };

export type CreateUsersMutationVariables = Exact<{
  input: CreateUsersInput;
}>;


export type CreateUsersMutation = { readonly result:
    | (
      { readonly __typename: 'CredentialsAccepted' }
      & CredentialsFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type DeleteUsersMutationVariables = Exact<{
  input: DeleteUsersInput;
}>;


export type DeleteUsersMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;


export type ChangePasswordMutation = { readonly result:
    | (
      { readonly __typename: 'CredentialsAccepted' }
      & CredentialsFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type GrantAccessMutationVariables = Exact<{
  input: GrantAccessInput;
}>;


export type GrantAccessMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };

export type RevokeAccessMutationVariables = Exact<{
  input: RevokeAccessInput;
}>;


export type RevokeAccessMutation = { readonly result:
    | (
      { readonly __typename: 'InstanceOperationAccepted' }
      & InstanceOperationFragment
    )
    | (
      { readonly __typename: 'Refusal' }
      & RefusalFragment
    )
   };
