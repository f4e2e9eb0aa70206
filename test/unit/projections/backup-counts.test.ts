import { describe, expect, it } from 'vitest'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { type InstanceId, parseBackupId, parseInstanceId } from '../../../domain/ids.ts'
import { parseScheduleId } from '../../../domain/schedule/id.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { backupAges, countBackups, storedBytes } from '../../../projections/backup-counts.ts'
import { type IndexEntry, neverWritten, type ViewWrite } from '../../../projections/ports/view-store.ts'
import { type BackupDocument, backupsView } from '../../../projections/views/backups.ts'
import { type ScheduleDocument, schedulesView } from '../../../projections/views/schedules.ts'

const hour = 3_600_000
const start = Date.parse('2026-03-01T00:00:00.000Z')
const at = (hours: number): string => new Date(start + hours * hour).toISOString()
const now = start + 100 * hour
const id = (number: number): string => `019a0009-0000-7000-8000-${String(number).padStart(12, '0')}`
const [shop, store, bank] = [1, 2, 3].map((number) => parseInstanceId(id(number))) as [
  InstanceId,
  InstanceId,
  InstanceId,
]

let made = 0
const proof: BackupDocument['proof'] = { status: 'PROVEN', at: at(0), tookMs: 1, tables: 1, rows: 1, fault: null }
const aBackup = (instanceId: InstanceId, hours: number, facts: Partial<BackupDocument> = {}): BackupDocument => {
  made += 1
  const known = { id: parseBackupId(id(1000 + made)), instanceId, createdAt: at(hours), proof: null, storedBytes: 10 }
  return { ...known, status: 'AVAILABLE', ...facts } as BackupDocument
}
const aSchedule = (instanceId: InstanceId, facts: Partial<ScheduleDocument> = {}): ScheduleDocument => {
  made += 1
  const known = { id: parseScheduleId(id(1000 + made)), instanceId, action: 'backup', createdAt: at(0) }
  return {
    ...known,
    status: 'ENABLED',
    lastRun: null,
    lastSkipped: null,
    nextDue: at(110),
    ...facts,
  } as ScheduleDocument
}
const ran = (hours: number): ScheduleDocument['lastRun'] => ({
  due: at(hours),
  status: 'ACCEPTED',
  operationId: null,
  refusal: null,
})

const viewsOf = async (backups: readonly BackupDocument[], schedules: readonly ScheduleDocument[] = []) => {
  const store = createMemoryViewStore()
  const apply = (view: string, writes: readonly ViewWrite[]) =>
    store.apply({ view, expected: neverWritten, checkpoint: 0, mark: noMark, writes })
  const put = (document: BackupDocument | ScheduleDocument, entries: readonly IndexEntry[]): ViewWrite => ({
    kind: 'put',
    key: document.id,
    document,
    entries,
  })
  await apply(
    'backups',
    backups.map((each) => put(each, backupsView.entries(each, each.id))),
  )
  await apply(
    'schedules',
    schedules.map((each) => put(each, schedulesView.entries(each, each.id))),
  )
  return store
}

describe('what is told of backups', () => {
  it('is how many there are of each status, and what the available ones take', async () => {
    const many = Array.from({ length: 450 }, (_, number) => aBackup(shop, number))
    const views = await viewsOf([...many, aBackup(shop, 1, { status: 'FAILED' })])
    expect(await countBackups(views)).toEqual({ CREATING: 0, AVAILABLE: 450, FAILED: 1, DELETING: 0 })
    expect(await storedBytes(views)).toBe(4500)
  })

  it('is nothing without a schedule, whatever the age of what users have made', async () => {
    const paused = aSchedule(shop, { status: 'PAUSED', nextDue: null, lastRun: ran(50) })
    const views = await viewsOf([aBackup(shop, 1)], [paused, aSchedule(store, { action: 'restart', lastRun: ran(50) })])
    expect(await backupAges(views, now)).toEqual({ overdue: 0, available: null, proven: null })
  })

  it('is the age of the newest of each scheduled instance, the greatest of them', async () => {
    const views = await viewsOf(
      [aBackup(shop, 40, { proof }), aBackup(shop, 98), aBackup(store, 97, { proof }), aBackup(bank, 3)],
      [aSchedule(shop, { lastRun: ran(98) }), aSchedule(store, { lastRun: ran(97) })],
    )
    expect(await backupAges(views, now)).toEqual({ overdue: 0, available: 3 * 3600, proven: 60 * 3600 })
  })

  it('counts from the schedule on where there is none yet', async () => {
    const views = await viewsOf([], [aSchedule(shop, { createdAt: at(90) })])
    expect(await backupAges(views, now)).toEqual({ overdue: 0, available: 10 * 3600, proven: 10 * 3600 })
  })

  it.each([
    ['was asked for and is not available', { lastRun: ran(95) }],
    ['was missed, as nobody was there', { lastRun: ran(80), lastSkipped: { from: at(90), until: at(95) } }],
    ['is due, and nobody has come to it', { lastRun: ran(80), nextDue: at(95) }],
  ])('is overdue where a backup %s', async (_why, facts) => {
    const former = [aBackup(shop, 80), aBackup(shop, 96, { status: 'FAILED' })]
    const late = await viewsOf(former, [aSchedule(shop, facts)])
    expect(await backupAges(late, now)).toMatchObject({ overdue: 5 * 3600 })
    const inTime = await viewsOf([...former, aBackup(shop, 95)], [aSchedule(shop, facts)])
    expect(await backupAges(inTime, now)).toMatchObject({ overdue: 0 })
  })
})
