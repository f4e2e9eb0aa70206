import { bytesOf } from '../../domain/backup/contents.ts'
import type { backupCategory } from '../../domain/backup/index.ts'
import type { BackupDocument, BackupProofDocument } from '../documents.ts'
import { everyone } from '../lists.ts'
import { aggregateId, defineView } from '../projection.ts'

/** The backups that there are, and those that came to nothing: one that is deleted is not shown any more. */
export const backupsProjection = defineView<BackupDocument, typeof backupCategory, 'backups'>({
  view: 'backups',
  version: 2,
  keysOf: (event) => [aggregateId(event)],
  on: {
    BackupRequested: (document, { data, metadata }) =>
      document ?? {
        id: data.backupId,
        projectId: data.projectId,
        instanceId: data.instanceId,
        instanceName: data.instanceName,
        name: data.name,
        status: 'CREATING',
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
    BackupDeletionRequested: (document) => document && { ...document, status: 'DELETING' },
    BackupRemovalBegun: 'ignored',
    BackupRemovalPostponed: (document, { data: { reason } }) => document && { ...document, removalPostponed: reason },
    BackupRemoved: (document) =>
      document === null || document.status === 'DELETING' ? null : { ...document, removalPostponed: null },
  },
  lists: { project: ({ projectId }) => projectId, instance: ({ instanceId }) => instanceId, all: () => everyone },
  sortKey: ({ id }) => id,
})

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
