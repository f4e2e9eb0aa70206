import { bytesOf } from '../../domain/backup/contents.ts'
import type { backupCategory } from '../../domain/backup/index.ts'
import type { BackupId, InstanceId, OperationId, ProjectId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import type { ScheduleId } from '../../domain/schedule/id.ts'
import type { Fault } from '../../domain/values/fault.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import { everyone } from '../lists.ts'
import {
  allOf,
  inProject,
  inScope,
  type Made,
  type Matcher,
  madeWithin,
  ofInstance,
  oneOf,
  type Scope,
} from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { aggregateId, defineFold } from '../projection.ts'
import { defineView } from '../view.ts'
import type { BackupProofStatus, BackupStatus } from './backup-status.ts'

/** Key: the id. Times are ISO 8601. Indexes: `project`, `instance`, `status`, `all`; by instance those that are `available`, and those of them that are `proven`. */
export type BackupDocument = {
  readonly id: BackupId
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  /** As it was then. */
  readonly instanceName: string
  readonly name: string
  /** Which schedule decides how long it stays; null: none does. */
  readonly scheduleId: ScheduleId | null
  readonly status: BackupStatus
  /** The instance is deleted once this is available. */
  readonly thenDelete: boolean
  /** Why that was not done; null: it was, or is not wanted. */
  readonly instanceKept: string | null
  readonly operationId: OperationId
  readonly datastore: DatastoreType
  readonly version: string
  readonly volumeGiB: number
  readonly databases: readonly string[]
  readonly users: readonly string[]
  /** Null until it is available, as the two below. */
  readonly bytes: number | null
  readonly storedBytes: number | null
  readonly location: string | null
  readonly fault: Fault | null
  /** Why what the store has of it could not be removed yet. */
  readonly removalPostponed: string | null
  /** What came of restoring it last; null: nobody has tried. */
  readonly proof: BackupProofDocument | null
  /** It is being restored, to be read and deleted then. */
  readonly verification: { readonly operationId: OperationId; readonly begunAt: string } | null
  readonly createdAt: string
  readonly createdBy: Actor
  readonly completedAt: string | null
}

export type BackupProofDocument = {
  readonly status: Exclude<BackupProofStatus, 'UNPROVEN'>
  readonly at: string
  /** From the wish to the end of reading it. */
  readonly tookMs: number
  /** Null where it failed, as the one below. */
  readonly tables: number | null
  readonly rows: number | null
  readonly fault: Fault | null
}

/** The backups that there are, and those that came to nothing: one that is deleted is not shown any more. */
const fold = defineFold<BackupDocument, typeof backupCategory>()({
  view: 'backups',
  version: 4,
  keysOf: (event) => [aggregateId(event)],
  on: {
    BackupRequested: (document, { data, metadata }) =>
      document ?? {
        id: data.backupId,
        projectId: data.projectId,
        instanceId: data.instanceId,
        instanceName: data.instanceName,
        name: data.name,
        scheduleId: data.scheduleId ?? null,
        status: 'CREATING',
        thenDelete: data.thenDelete ?? false,
        instanceKept: null,
        operationId: data.operationId,
        datastore: data.spec.datastore,
        version: data.spec.version,
        volumeGiB: data.spec.volumeGiB,
        databases: data.databases,
        users: data.users.map(({ name }) => name),
        bytes: null,
        storedBytes: null,
        location: null,
        fault: null,
        removalPostponed: null,
        proof: null,
        verification: null,
        createdAt: metadata.at,
        createdBy: metadata.actor,
        completedAt: null,
      },
    BackupCompleted: (document, { data: { contents }, metadata }) =>
      document && {
        ...document,
        status: 'AVAILABLE',
        ...bytesOf(contents),
        location: contents.location,
        completedAt: metadata.at,
      },
    BackupFailed: (document, { data: { fault } }) => document && { ...document, status: 'FAILED', fault },
    BackupVerificationBegun: (document, { data: { operationId }, metadata }) =>
      document && { ...document, verification: { operationId, begunAt: metadata.at } },
    BackupVerified: (document, { data: { read }, metadata }) =>
      document && proven(document, metadata.at, { status: 'PROVEN', ...read, fault: null }),
    BackupVerificationFailed: (document, { data: { fault }, metadata }) =>
      document && proven(document, metadata.at, { status: 'FAILED', tables: null, rows: null, fault }),
    BackupInstanceKept: (document, { data: { message } }) => document && { ...document, instanceKept: message },
    BackupDeletionRequested: (document) => document && { ...document, status: 'DELETING' },
    BackupRemovalBegun: 'ignored',
    BackupRemovalPostponed: (document, { data: { reason } }) => document && { ...document, removalPostponed: reason },
    BackupRemoved: (document) =>
      document === null || document.status === 'DELETING' ? null : { ...document, removalPostponed: null },
  },
  lists: {
    project: ({ projectId }) => projectId,
    instance: ({ instanceId }) => instanceId,
    available: (backup) => (backup.status === 'AVAILABLE' ? backup.instanceId : null),
    proven: (backup) => (isProven(backup) ? backup.instanceId : null),
    status: ({ status }) => status,
    all: () => everyone,
  },
  sortKey: ({ id }) => id,
})

const isProven = ({ status, proof }: BackupDocument): boolean => status === 'AVAILABLE' && proof?.status === 'PROVEN'

export type BackupFilter = Scope &
  Made & {
    readonly instanceId?: InstanceId
    readonly statuses?: readonly BackupStatus[]
    /** What came of restoring it last. */
    readonly proofs?: readonly BackupProofStatus[]
  }

export const backupsView = defineView(fold, ({ get, page }) => ({
  backup: (id: BackupId) => get(id),
  /** The newest that is available, or that was restored as well. */
  newestBackup: async (index: 'available' | 'proven', instanceId: InstanceId): Promise<BackupDocument | null> => {
    const { entries } = await page({ index, value: instanceId }, { first: 1, direction: 'descending' })
    return entries[0]?.document ?? null
  },
  backups: (filter: BackupFilter, request: PageRequest) =>
    page(ofInstance(filter) ?? inScope(filter), request, backupMatcher(filter)),
}))

const backupMatcher = (filter: BackupFilter): Matcher<BackupDocument> =>
  allOf<BackupDocument>(
    inProject(filter),
    oneOf(filter.statuses, (backup) => backup.status),
    oneOf(filter.proofs, ({ proof }) => proof?.status ?? 'UNPROVEN'),
    madeWithin(filter),
  )

/** Told twice in a row it stays as it was. */
const proven = (
  document: BackupDocument,
  at: string,
  proof: Omit<BackupProofDocument, 'at' | 'tookMs'>,
): BackupDocument => {
  const { verification } = document
  if (verification === null) return document
  return {
    ...document,
    proof: { ...proof, at, tookMs: Math.max(0, Date.parse(at) - Date.parse(verification.begunAt)) },
    verification: null,
  }
}
