import type { InstanceId } from '../domain/ids.ts'
import { everyone } from './lists.ts'
import type { ViewStore } from './ports/view-store.ts'
import { type BackupStatus, backupStatuses } from './views/backup-status.ts'
import type { BackupDocument } from './views/backups.ts'
import type { ScheduleDocument } from './views/schedules.ts'
import { countEach, walkDocuments } from './walk-lists.ts'

type Lists = Pick<ViewStore, 'list'>

/** Milliseconds since 1970. */
type Now = number

/** How many backups there are of each status, also of those there are none of. Throws `ViewStoreUnavailable`. */
export const countBackups = (views: Pick<ViewStore, 'count'>): Promise<Record<BackupStatus, number>> =>
  countEach(backupStatuses, (status) => views.count('backups', 'status', status))

/** What the backups that are available take of the store, in bytes. Walks all of them. Throws `ViewStoreUnavailable`. */
export const storedBytes = async (views: Lists): Promise<number> => {
  let sum = 0
  for await (const backup of walkDocuments<BackupDocument>(views, 'backups', 'status', 'AVAILABLE'))
    sum += backup.storedBytes ?? 0
  return sum
}

/**
 * How current the backups of scheduled instances are, in seconds. `overdue`: since when the one that has waited longest is due, 0 where none is. `available`, `proven`:
 * the greatest age of an instance's newest backup, and of its newest that was restored; of one without any, since its schedule was made. Both are absent without a
 * schedule. Walks the schedules that make backups. Throws `ViewStoreUnavailable`.
 */
export const backupAges = async (views: Lists, now: Now): Promise<BackupAges> => {
  let overdue = 0
  const oldest: Record<'available' | 'proven', number | null> = { available: null, proven: null }
  for await (const schedule of walkDocuments<ScheduleDocument>(views, 'schedules', 'backing-up', everyone)) {
    const { instanceId, createdAt } = schedule
    const [available, proven] = await Promise.all([
      newestOf(views, 'available', instanceId),
      newestOf(views, 'proven', instanceId),
    ])
    const due = lastDue(schedule, now)
    if (due !== null && (available === null || available.createdAt < due)) overdue = Math.max(overdue, age(due, now))
    oldest.available = Math.max(oldest.available ?? 0, age(available?.createdAt ?? createdAt, now))
    oldest.proven = Math.max(oldest.proven ?? 0, age(proven?.createdAt ?? createdAt, now))
  }
  return { overdue, ...oldest }
}

export type BackupAges = {
  readonly overdue: number
  readonly available: number | null
  readonly proven: number | null
}

/** Asked for, missed, or about to be asked for where nobody has come to it yet. */
const lastDue = ({ lastRun, lastSkipped, nextDue }: ScheduleDocument, now: Now): string | null => {
  const passed = [lastRun?.due, lastSkipped?.until, nextDue].filter((due) => due && Date.parse(due) <= now)
  return passed.toSorted().at(-1) ?? null
}

const age = (from: string, now: Now): number => Math.max(0, (now - Date.parse(from)) / 1000)

const newestOf = async (
  views: Lists,
  index: 'available' | 'proven',
  instanceId: InstanceId,
): Promise<BackupDocument | null> => {
  const options = { index, value: instanceId, direction: 'descending', first: 1 } as const
  const [newest] = await views.list<BackupDocument>('backups', options)
  return newest?.document ?? null
}
