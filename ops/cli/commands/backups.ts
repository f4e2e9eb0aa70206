import { setTimeout as delay } from 'node:timers/promises'
import { bytesInWords } from '../../../domain/values/bytes.ts'
import { confirmName } from '../confirm-name.ts'
import type { CliContext } from '../context.ts'
import { CliFailure, exitCodes, refused } from '../failure.ts'
import { findInstance } from '../find-instance.ts'
import {
  type BackupFragment as Backup,
  BackupDocument,
  type BackupFilter,
  BackupsDocument,
  type BackupsQuery,
  CreateBackupDocument,
  DeleteBackupDocument,
  VerifyBackupDocument,
} from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { readAll } from '../pages.ts'
import { resolveId, shortId } from '../short-ids.ts'
import { localTime } from '../time.ts'
import { startWait, throwUnlessSucceeded, type Wait, waitForOperation, withinWait } from '../wait.ts'
import type { WaitOptions } from './begin-operation.ts'

const backupsWith = (filter: BackupFilter) => ({
  document: BackupsDocument,
  of: ({ backups }: BackupsQuery) => backups,
  variables: { filter },
})

export const createBackup = async (
  context: CliContext,
  nameOrId: string,
  options: WaitOptions & { readonly name?: string; readonly thenDelete?: boolean; readonly yes?: boolean },
): Promise<void> => {
  const { output } = context
  const wait = startWait(context, options.timeout)
  const { id: instanceId, name: of } = await findInstance(context, nameOrId)
  const { name, thenDelete, idempotencyKey } = options
  if (thenDelete && !options.yes) {
    const what = `This deletes ${of} (${instanceId}) for good once the backup is there.`
    await confirmName(context, of, what, `${of} was neither backed up nor deleted`)
  }
  const input = { instanceId, name, idempotencyKey, ...(thenDelete && { thenDelete }) }
  const { backupId, operationId, backup } = await mutate(context, CreateBackupDocument, input)
  if (!options.wait) {
    return output.one({ ...backup, id: backupId, operationId }, () => [
      `backing up ${of} as ${backupId}; follow it with: ${context.invocation} operation watch ${operationId}`,
    ])
  }
  throwUnlessSucceeded(await waitForOperation(wait, operationId), `${of} could not be backed up`)
  const made = await readSettled(wait, { id: backupId, operationId }, ({ status }) => status !== 'CREATING')
  const lines = [`${of} is backed up as ${backupId}: ${sizeOf(made)}`]
  if (!thenDelete) return output.one({ ...made, operationId }, () => lines)
  const settled = await readSettled(wait, { id: backupId, operationId }, isDeletionSettled)
  const result = { value: { ...settled, operationId }, lines: () => lines }
  if (settled.instanceKept !== null) {
    const failure = { code: 'INSTANCE_KEPT', message: `${of} was not deleted: ${settled.instanceKept}` }
    throw new CliFailure(exitCodes.failed, failure, { result })
  }
  await output.one(result.value, () => [...lines, `${of} is being deleted`])
}

/** The deletion is asked for once the backup is told, so it may be either refused or begun by then. */
const isDeletionSettled = ({ instanceKept, instance }: Backup): boolean =>
  instanceKept !== null || instance === null || instance.status === 'DELETING' || instance.status === 'DELETED'

export const listBackups = async (
  context: CliContext,
  options: Pick<BackupFilter, 'status' | 'proof'> & {
    readonly instance?: string
    readonly since?: string
    readonly until?: string
  },
): Promise<void> => {
  const { status, proof, since, until } = options
  const instanceId = options.instance && (await findInstance(context, options.instance)).id
  await context.output.list(
    await readAll(context, backupsWith({ instanceId, status, proof, since, until })),
    [
      ['INSTANCE', ({ instanceName }) => instanceName, 'cutting'],
      ['NAME', ({ name }) => name, 'cutting'],
      ['STATUS', ({ status }) => status],
      ['ENGINE', ({ datastore, version }) => `${datastore} ${version}`],
      ['SIZE', (backup) => (backup.bytes === null ? '' : bytesInWords(backup.bytes))],
      ['STORED', (backup) => (backup.storedBytes === null ? '' : bytesInWords(backup.storedBytes))],
      ['PROOF', ({ proof }) => proof?.status ?? 'never verified'],
      ['MADE', ({ createdAt }) => localTime(createdAt)],
      ['ID', ({ id }) => shortId(id)],
    ],
    `There are no backups. Make one: ${context.invocation} backup create <instance>`,
  )
}

/** The operation ends after the backup is told: each view shows it in a moment. */
const readSettled = (
  wait: Wait,
  { id, operationId }: { readonly id: string; readonly operationId: string },
  isSettled: (backup: Backup) => boolean,
): Promise<Backup> =>
  withinWait(wait, operationId, async () => {
    for (let look = 1; ; look += 1) {
      const backup = await readBackup(wait.context, id)
      if (isSettled(backup) || look === mostLooks) return backup
      await delay(lookEveryMs, undefined, { signal: wait.context.signal })
    }
  })

const mostLooks = 40
const lookEveryMs = 250

export const verifyBackup = async (context: CliContext, given: string, options: WaitOptions): Promise<void> => {
  const { output } = context
  const wait = startWait(context, options.timeout)
  const id = await backupId(context, given)
  const input = { id, idempotencyKey: options.idempotencyKey }
  const { operationId, backup } = await mutate(context, VerifyBackupDocument, input)
  if (!options.wait) {
    return output.one({ ...backup, id, operationId }, () => [
      `restoring ${id} to read it; follow it with: ${context.invocation} operation watch ${operationId}`,
    ])
  }
  throwUnlessSucceeded(await waitForOperation(wait, operationId), `${id} could not be restored`)
  const verified = await readSettled(wait, { id, operationId }, ({ verification }) => verification === null)
  await output.one({ ...verified, operationId }, () => [`${id} is ${proofInWords(verified)}`])
}

const proofInWords = ({ proof }: Backup): string => {
  if (!proof) return 'never verified'
  const took = `${(proof.tookMs / 1000).toFixed(1)} s`
  return proof.status === 'PROVEN'
    ? `proven at ${localTime(proof.at)}: restored and read in ${took}, ${proof.tables} tables with ${proof.rows} rows`
    : `not restorable, as tried at ${localTime(proof.at)}: ${proof.fault?.code}, ${proof.fault?.message}`
}

/** By id, or by the end of one. */
export const backupId = (context: CliContext, given: string): Promise<string> =>
  resolveId(given, { what: 'backup', list: (limit) => readAll(context, backupsWith({}), limit) })

const readBackup = async (context: CliContext, id: string): Promise<Backup> => {
  const { backup } = await context.api.request(BackupDocument, { id }, context.signal)
  if (backup) return backup
  throw refused({ code: 'NOT_FOUND', message: `there is no backup ${id}` })
}

export const showBackup = async (context: CliContext, given: string): Promise<void> => {
  const backup = await readBackup(context, await backupId(context, given))
  await context.output.one(backup, () => linesOf(backup))
}

const linesOf = (backup: Backup): string[] =>
  formatFields([
    ['id', backup.id],
    ['name', backup.name],
    ['status', backup.fault ? `${backup.status}: ${backup.fault.code}, ${backup.fault.message}` : backup.status],
    ['instance', `${backup.instanceName} (${backup.instanceId})`],
    ['engine', `${backup.datastore} ${backup.version}`],
    ['databases', backup.databases.join(', ')],
    ['users', backup.users.join(', ')],
    ['size', backup.bytes === null ? null : sizeOf(backup)],
    ['proof', proofInWords(backup)],
    ['then', backup.instanceKept ? `${backup.instanceName} was not deleted: ${backup.instanceKept}` : null],
    ['kept by', backup.scheduleId && `schedule ${shortId(backup.scheduleId)}`],
    ['location', backup.location],
    ['operation', backup.operation?.id],
    ['not removed yet', backup.removalPostponed],
    ['made', `${localTime(backup.createdAt)} by ${backup.createdBy.name}`],
    ['available since', backup.completedAt && localTime(backup.completedAt)],
  ])

const sizeOf = ({ bytes, storedBytes }: Backup): string =>
  `${bytesInWords(bytes ?? 0)}, ${bytesInWords(storedBytes ?? 0)} in the store`

export const deleteBackup = async (
  context: CliContext,
  given: string,
  options: { readonly yes: boolean; readonly idempotencyKey?: string },
): Promise<void> => {
  const id = await backupId(context, given)
  if (!options.yes) {
    const { name, instanceName } = await readBackup(context, id)
    const what = `This deletes the backup "${name}" of ${instanceName} for good: nobody can restore it any more.`
    await confirmName(context, shortId(id), what, `${id} was not deleted`)
  }
  await mutate(context, DeleteBackupDocument, {
    id,
    idempotencyKey: options.idempotencyKey,
  })
  await context.output.one({ id }, () => [`${id} is deleted`])
}
