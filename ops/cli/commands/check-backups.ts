import type { CliContext } from '../context.ts'
import { CliFailure, exitCodes, refused } from '../failure.ts'

type Difference = {
  readonly difference: string
  readonly key: string
  readonly bytes: number | null
  readonly expectedBytes: number | null
}
type Check = {
  readonly backups: number
  readonly objects: number
  readonly differences: readonly Difference[]
  readonly count: number
}

/** Has the server compare its backup store with the log. Throws where a backup cannot be restored for it. */
export const checkBackups = async ({ api, output, signal }: CliContext): Promise<void> => {
  const { check } = await api.post<{ readonly check: Check | null }, never>('/admin/backups/check', signal, () => {})
  if (check === null) throw refused({ code: 'FEATURE_NOT_AVAILABLE', message: 'this server keeps no backups' })
  const { backups, objects, differences, count } = check
  await output.list(
    differences,
    [
      ['DIFFERENCE', ({ difference }) => difference],
      ['BYTES', ({ bytes }) => bytes],
      ['EXPECTED', ({ expectedBytes }) => expectedBytes],
      ['OBJECT', ({ key }) => key],
    ],
    `${backups} backups and ${objects} objects in the store: all as the log has them.`,
  )
  const lost = differences.filter(({ difference }) => difference !== 'UNKNOWN').length
  if (lost === 0) return
  const message = `${lost} objects of backups are missing or changed (${count} differences in all): those backups cannot be restored`
  throw new CliFailure(exitCodes.failed, { code: 'BACKUP_DAMAGED', message })
}
