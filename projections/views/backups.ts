import { bytesOf } from '../../domain/backup/contents.ts'
import type { backupCategory } from '../../domain/backup/index.ts'
import type { BackupDocument } from '../documents.ts'
import { everyone } from '../lists.ts'
import { aggregateId, defineView } from '../projection.ts'

/** The backups that there are, and those that came to nothing: one that is deleted is not shown any more. */
export const backupsProjection = defineView<BackupDocument, typeof backupCategory, 'backups'>({
  view: 'backups',
  version: 1,
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
    BackupDeletionRequested: (document) => document && { ...document, status: 'DELETING' },
    BackupRemovalBegun: 'ignored',
    BackupRemovalPostponed: (document, { data: { reason } }) => document && { ...document, removalPostponed: reason },
    BackupRemoved: (document) =>
      document === null || document.status === 'DELETING' ? null : { ...document, removalPostponed: null },
  },
  lists: { project: ({ projectId }) => projectId, instance: ({ instanceId }) => instanceId, all: () => everyone },
  sortKey: ({ id }) => id,
})
