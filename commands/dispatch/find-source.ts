import { backup, backupStream } from '../../domain/backup/index.ts'
import { seriesOf } from '../../domain/backup/restorable.ts'
import type { RestoreSource } from '../../domain/backup/source.ts'
import type { BackupId, ProjectId } from '../../domain/ids.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { InstanceSpec } from '../../domain/values/instance-spec.ts'
import { invalidInput } from '../../domain/values/invalid-input.ts'
import type { SealingKey } from '../../domain/values/sealing-key.ts'
import type { CreateInstance } from '../public/create-instance-input.ts'
import type { DispatchDependencies } from '../public/definition.ts'
import { sealDataKey } from '../secrets/seal.ts'

/** A backup that an instance can be made of. `spec`: of the instance it is of. `seal`: makes it readable for the host with this key, and for nobody else. */
export type FoundSource = {
  readonly spec: InstanceSpec
  readonly contents: RestoreSource['contents']
  readonly seal: (key: SealingKey, throwaway: boolean) => Promise<RestoreSource>
}

type Found = { readonly ok: true; readonly source: FoundSource } | { readonly ok: false; readonly rejection: Rejection }

/** The backup, if the project has it and it is whole. */
export const findSource = async (
  { handler, keys }: Pick<DispatchDependencies, 'handler' | 'keys'>,
  backupId: BackupId,
  projectId: ProjectId,
): Promise<Found> => {
  const { state } = await handler.load(backup, backupStream(backupId))
  if (state.status === 'ABSENT' || state.status === 'DELETED' || state.projectId !== projectId) {
    return { ok: false, rejection: noSuchBackup(backupId, 'fromBackup') }
  }
  const dataKey = state.status === 'AVAILABLE' ? await keys?.find(backupId) : null
  if (state.status !== 'AVAILABLE' || !dataKey) return { ok: false, rejection: notWhole(backupId, state.status) }
  const { instanceId, contents, accounts, spec } = state
  return {
    ok: true,
    source: {
      spec,
      contents,
      seal: async (key, throwaway) => ({
        backupId,
        instanceId,
        contents,
        sealedKey: await sealDataKey(key, backupId, dataKey),
        databases: [...accounts.databases],
        users: accounts.users.map(({ access, ...user }) => ({ ...user, access: [...access] })),
        rootEnabled: accounts.rootEnabled,
        ...(throwaway && { throwaway }),
      }),
    },
  }
}

export const noSuchBackup = (backupId: BackupId, field: string): Rejection => ({
  code: 'NOT_FOUND',
  message: `there is no backup ${backupId} that you may see`,
  field,
})

const notWhole = (backupId: BackupId, status: string): Rejection => ({
  code: 'INVALID_STATE',
  message:
    status === 'AVAILABLE'
      ? `backup ${backupId} cannot be decrypted any more: its key is gone`
      : `backup ${backupId} is ${status}: only one that is AVAILABLE can be restored`,
  field: 'fromBackup',
  details: { status, accepted: 'AVAILABLE' },
})

/** The wish, with what it leaves out as it was in the backup: the newest version that reads the data, and as much room. */
export const completedBy = ({ spec, contents }: FoundSource, asked: CreateInstance): CreateInstance => ({
  ...asked,
  datastore: asked.datastore || spec.datastore,
  version: asked.version ?? seriesOf(spec, contents.version),
  flavor: asked.flavor ?? spec.flavor,
  volumeGiB: asked.volumeGiB ?? spec.volumeGiB,
})

/** What a wish for an instance that is made of a backup cannot have. */
export const contradictsSource = ({ spec }: FoundSource, asked: CreateInstance): readonly (Rejection | null)[] => [
  asked.datastore === '' || asked.datastore === spec.datastore
    ? null
    : invalidInput(`the backup is of ${spec.datastore}: leave the datastore out, or name that`, 'datastore'),
  (asked.databases ?? []).length === 0
    ? null
    : invalidInput('an instance made of a backup has the databases in it: make others once it is there', 'databases'),
  (asked.users ?? []).length === 0
    ? null
    : invalidInput('an instance made of a backup has the users in it, with their passwords: make others then', 'users'),
]
