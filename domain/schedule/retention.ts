import { z } from 'zod'
import type { BackupId } from '../ids.ts'
import { allFaults, type Rejection } from '../rejection.ts'
import { amountRefusal } from '../values/amount.ts'
import { invalidInput } from '../values/invalid-input.ts'
import { hasPassed, plusMs } from '../values/time.ts'
import type { ScheduledAction } from './action-names.ts'

/** Which backups of a schedule stay: the newest `count`, and those of the last `days`. Null: no bound of that kind. */
export const retentionSchema = z.object({
  count: z.int().positive().nullable(),
  days: z.int().positive().nullable(),
})
export type Retention = z.infer<typeof retentionSchema>

export const keepsAll: Retention = { count: null, days: null }
export const isBounded = ({ count, days }: Retention): boolean => count !== null || days !== null
export const isSameRetention = (one: Retention, other: Retention): boolean =>
  one.count === other.count && one.days === other.days

/** A backup that a schedule has made. `at`: when it was available, ISO 8601. */
export type KeptBackup = { readonly backupId: BackupId; readonly at: string }

const dayMs = 24 * 60 * 60_000

/** The backups to delete. `kept`: oldest first. The newest stays, however old it is. */
export const retiredBy = (
  { count, days }: Retention,
  kept: readonly KeptBackup[],
  now: string,
): readonly BackupId[] => {
  const surplus = count === null ? 0 : kept.length - count
  return kept
    .slice(0, -1)
    .filter(({ at }, index) => index < surplus || (days !== null && hasPassed(plusMs(at, days * dayMs), now)))
    .map(({ backupId }) => backupId)
}

export const mostKept = { count: 1000, days: 3650 } as const

/** What a user asks for. 0 removes the bound. */
export type RetentionWish = { readonly keepCount?: number | undefined; readonly keepDays?: number | undefined }

/** A bound that the wish leaves out stays as it is. */
export const retentionOf = ({ keepCount, keepDays }: RetentionWish, now: Retention): Retention => ({
  count: keepCount === undefined ? now.count : keepCount || null,
  days: keepDays === undefined ? now.days : keepDays || null,
})

export const retentionRefusal = ({ keepCount = 0, keepDays = 0 }: RetentionWish): Rejection | null =>
  allFaults([
    amountRefusal('keepCount', keepCount, 0, mostKept.count),
    amountRefusal('keepDays', keepDays, 0, mostKept.days),
  ])

/** Only a schedule that makes backups can bound them. */
export const keepingRefusal = (action: ScheduledAction, { count, days }: Retention): Rejection | null =>
  action === 'backup' || !isBounded({ count, days })
    ? null
    : invalidInput(
        `a schedule with the action ${action} makes no backups: only one with the action backup can bound them`,
        count === null ? 'keepDays' : 'keepCount',
      )
