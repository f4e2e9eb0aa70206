import { expect } from 'vitest'
import {
  type BackupFragment as Backup,
  BackupDocument,
  CreateBackupDocument,
  CreateInstanceDocument,
  type InstanceFragment as Instance,
  VerifyBackupDocument,
} from '../../ops/cli/generated/graphql.ts'
import type { Created, ServerApi } from './server-api.ts'
import { waitFor } from './wait-for.ts'

export type AskedBackup = { readonly backupId: string; readonly operationId: string }
/** A new instance of a backup. */
export type RestoreInput = { readonly name: string; readonly fromBackup: string; readonly [field: string]: unknown }

export type BackupsApi = ReturnType<typeof createBackupsApi>

/** What tests ask of the backups of a server. */
export const createBackupsApi = (api: ServerApi) => {
  const read = async (id: string): Promise<Backup | null> =>
    (await api.request<{ backup: Backup | null }>(BackupDocument, { id })).backup
  const begin = (instanceId: string, name?: string, more: object = {}): Promise<AskedBackup> =>
    api.mutate(CreateBackupDocument, { instanceId, ...(name && { name }), ...more })
  const restore = (input: RestoreInput): Promise<Created> => api.mutate(CreateInstanceDocument, input)
  return {
    read,
    begin,
    restore,
    verify: (id: string): Promise<AskedBackup> => api.mutate(VerifyBackupDocument, { id }),
    /** Makes one, and waits until it is there. */
    take: async (instanceId: string, name?: string, more: object = {}): Promise<Backup> => {
      const { backupId, operationId } = await begin(instanceId, name, more)
      expect(await api.operationEnd(operationId)).toMatchObject({ status: 'SUCCEEDED', fault: null })
      return waitFor(`backup ${backupId} to be shown`, async () => {
        const found = await read(backupId)
        return found?.status === 'AVAILABLE' && found
      })
    },
    /** The instance once it is there. */
    restored: async (input: RestoreInput): Promise<Instance> => {
      const { operationId } = await restore(input)
      expect(await api.operationEnd(operationId)).toMatchObject({ status: 'SUCCEEDED', fault: null })
      return api.settled(operationId)
    },
    /** What came of a verification, once that is told. */
    proofOf: (id: string) => waitFor('the proof', async () => (await read(id))?.proof ?? null),
  }
}
