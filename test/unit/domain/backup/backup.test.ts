import { describe, expect, it } from 'vitest'
import { type BackupCommand, type BackupEvent, backup, backupEvents } from '../../../../domain/backup/index.ts'
import { backupReactions } from '../../../../domain/reactions/backup.ts'
import { specOf } from '../../../support/spec.ts'
import { at, backupId, fault, instanceId, operationId, projectId, scheduleId, spec } from '../samples.ts'

const { given } = specOf(backup, backupEvents)

const deadline = at(1000)
const whose = { backupId: backupId(), projectId, instanceId: instanceId(), instanceName: 'shop', name: 'nightly' }
const held = {
  databases: ['app'],
  users: [{ name: 'app', host: null, access: [{ database: 'app', level: 'all' as const }] }],
  rootEnabled: true,
}
const accounts = held
const request: BackupCommand = { type: 'RequestBackup', ...whose, operationId: operationId(), deadline, spec, accounts }
const requested: BackupEvent = {
  type: 'BackupRequested',
  data: { ...whose, operationId: operationId(), deadline, spec, ...held },
}
const contents = { location: 'instances/i/backups/b/run', version: '17.10', parts: [] }
const completed: BackupEvent = { type: 'BackupCompleted', data: { contents } }
const failedAt = (removeAt: string | null) => ({ type: 'BackupFailed', data: { fault, removeAt } }) as const
const deletedAt = (seconds: number): BackupEvent => ({
  type: 'BackupDeletionRequested',
  data: { removeAt: at(seconds) },
})
const begun = (attempt: number, again: number): BackupEvent => ({
  type: 'BackupRemovalBegun',
  data: { attempt, again: at(again) },
})
const removed: BackupEvent = { type: 'BackupRemoved', data: {} }
const check = (seconds: number): BackupCommand => ({ type: 'CheckBackup', now: at(seconds) })
const remove = (seconds: number): BackupCommand => ({ type: 'DeleteBackup', now: at(seconds) })
const nextDueAfter = (...events: readonly BackupEvent[]) => backup.timer?.nextDue(given(...events).state)

describe('making a backup', () => {
  it('is recorded once, whoever comes to it', () => {
    given().when(request).thenEvents(requested)
    given(requested).when(request).thenNothing()
  })

  it('records the schedule that asked for it, and that the instance goes with it, where that was said', () => {
    const said = { scheduleId: scheduleId(), thenDelete: true } as const
    given()
      .when({ ...request, ...said })
      .thenEvents({ type: 'BackupRequested', data: { ...requested.data, ...said } })
    given()
      .when({ ...request, scheduleId: null, thenDelete: false })
      .thenEvents(requested)
  })

  it('ends whole or not at all, and only once', () => {
    given(requested).when({ type: 'CompleteBackup', contents }).thenEvents(completed)
    given(requested)
      .when({ type: 'FailBackup', fault })
      .thenEvents(failedAt(at(1060)))
    given(requested, completed).when({ type: 'FailBackup', fault }).thenNothing()
    given(requested, failedAt(at(1060)))
      .when({ type: 'CompleteBackup', contents })
      .thenNothing()
    given(requested, completed, deletedAt(5)).when({ type: 'CompleteBackup', contents }).thenNothing()
  })

  it('fails by itself where nothing is heard of its operation long after its deadline', () => {
    expect(nextDueAfter(requested)).toBe(at(1600))
    given(requested).when(check(1599)).thenNothing()
    const [event] = given(requested).when(check(1600)).thenTypes('BackupFailed')
    expect(event).toMatchObject({ data: { fault: { code: 'DEADLINE_EXCEEDED' } } })
    expect(nextDueAfter(requested, completed)).toBeNull()
  })

  it('keeps what may be whole where an event cannot be read', () => {
    const [event] = given(requested).when({ type: 'KeepUnreadable', what: 'revision 1' }).thenTypes('BackupFailed')
    expect(event).toMatchObject({ data: { fault: { code: 'UNREADABLE_HISTORY' }, removeAt: null } })
    expect(nextDueAfter(requested, failedAt(null))).toBeNull()
    given(requested, completed).when({ type: 'KeepUnreadable', what: 'revision 1' }).thenNothing()
  })
})

describe('the last backup of an instance', () => {
  const last: BackupEvent = { type: 'BackupRequested', data: { ...requested.data, thenDelete: true } }
  const rejection = { code: 'OPERATION_IN_PROGRESS', message: 'the instance is being resized' } as const
  const kept: BackupEvent = { type: 'BackupInstanceKept', data: rejection }
  const { present } = backupReactions.BackupCompleted
  const effectsAfter = (...events: readonly BackupEvent[]) =>
    present(completed, given(...events).state).filter(({ target }) => target === 'public')

  it('asks once for the end of the instance, and says why it stays where that is refused', () => {
    const [asked] = effectsAfter(last, completed)
    if (asked?.target !== 'public') throw new Error('nothing was asked for')
    expect(asked.command).toEqual({ type: 'DeleteInstance', id: instanceId() })
    expect(asked.answered({ accepted: true, operationId: operationId(2) })).toEqual([])
    expect(asked.answered({ accepted: false, rejection: { code: 'NOT_FOUND', message: 'gone' } })).toEqual([])
    const answer = { type: 'KeepInstance', rejection } as const
    expect(asked.answered({ accepted: false, rejection })).toEqual([
      { target: 'backup', id: backupId(), command: answer },
    ])
    given(last, completed).when(answer).thenEvents(kept)
    given(last, completed, kept).when(answer).thenNothing()
    expect(effectsAfter(last, completed, kept)).toEqual([])
  })

  it('of which no end was wanted asks for none', () => {
    expect(effectsAfter(requested, completed)).toEqual([])
    given(requested, completed).when({ type: 'KeepInstance', rejection }).thenNothing()
  })
})

describe('what a backup takes of the quota', () => {
  const whole = { ...contents, parts: [{ name: 'data', bytes: 100, storedBytes: 7, sha256: 'x' }] }
  const made: BackupEvent = { type: 'BackupCompleted', data: { contents: whole } }
  const release = {
    target: 'project',
    id: projectId,
    command: { type: 'ReleaseBackup', projectId, backupId: backupId() },
  }

  it('is what the store has of it, until it is gone', () => {
    const hold = { type: 'ConfirmBackup', projectId, backupId: backupId(), bytes: 7 }
    expect(backupReactions.BackupCompleted.present(made, given(requested, made).state)).toEqual([
      { target: 'project', id: projectId, command: hold },
    ])
    expect(backupReactions.BackupRemoved(removed, given(requested, made, deletedAt(5), removed).state)).toEqual([
      release,
    ])
  })

  it('is nothing where it failed, unless it may be whole', () => {
    const [lost, kept] = [failedAt(at(1060)), failedAt(null)]
    expect(backupReactions.BackupFailed(lost, given(requested, lost).state)).toEqual([release])
    expect(backupReactions.BackupFailed(kept, given(requested, kept).state)).toEqual([])
  })
})

describe('verifying a backup', () => {
  const begin: BackupCommand = { type: 'BeginVerification', operationId: operationId(2), instanceId: instanceId(2) }
  const verifying: BackupEvent = {
    type: 'BackupVerificationBegun',
    data: { operationId: operationId(2), instanceId: instanceId(2) },
  }
  const end = (read: { tables: number; rows: number } | null, ordinal = 2): BackupCommand => ({
    type: 'EndVerification',
    operationId: operationId(ordinal),
    read,
    fault: read ? null : fault,
  })
  const read = { tables: 80, rows: 9000 }

  it('says what came of the restore', () => {
    given(requested, completed).when(begin).thenEvents(verifying)
    given(requested, completed, verifying)
      .when(end(read))
      .thenEvents({ type: 'BackupVerified', data: { operationId: operationId(2), read } })
    given(requested, completed, verifying)
      .when(end(null))
      .thenEvents({ type: 'BackupVerificationFailed', data: { operationId: operationId(2), fault } })
  })

  it('listens to the last one alone, and to none of a backup that is not there any more', () => {
    given(requested, completed, verifying).when(end(read, 3)).thenNothing()
    given(requested, completed).when(end(read)).thenNothing()
    given(requested).when(begin).thenNothing()
    given(requested, completed, verifying, deletedAt(5)).when(end(read)).thenNothing()
  })
})

describe('deleting a backup', () => {
  it('is refused while it is made, naming what makes it', () => {
    given(requested)
      .when(remove(5))
      .thenRejected('OPERATION_IN_PROGRESS', { details: { operationId: operationId() } })
  })

  it('is refused of one that never was or is gone', () => {
    given().when(remove(5)).thenRejected('NOT_FOUND')
    given(requested, completed, deletedAt(5), begun(1, 605), removed).when(remove(9)).thenRejected('NOT_FOUND')
  })

  it('removes it at once', () => {
    given(requested, completed).when(remove(5)).thenEvents(deletedAt(5))
    given(requested, completed, deletedAt(5)).when(remove(6)).thenNothing()
    given(requested, completed, deletedAt(5)).when(check(5)).thenEvents(begun(1, 605))
    const state = given(requested, completed, deletedAt(5), begun(1, 605))
      .when({ type: 'ConfirmRemoval' })
      .thenEvents(removed)
    expect(state.status).toBe('DELETED')
  })

  it('waits with one that failed until nobody writes to it any more', () => {
    given(requested, failedAt(at(1060)))
      .when(remove(5))
      .thenEvents(deletedAt(1060))
    given(requested, failedAt(at(1060)))
      .when(remove(2000))
      .thenEvents(deletedAt(2000))
    given(requested, failedAt(null)).when(remove(5)).thenEvents(deletedAt(5))
  })
})

describe('removing what the store has of a backup', () => {
  it('follows the failure of one, which stays to be seen', () => {
    expect(nextDueAfter(requested, failedAt(at(1060)))).toBe(at(1060))
    given(requested, failedAt(at(1060)))
      .when(check(1060))
      .thenEvents(begun(1, 1660))
    const state = given(requested, failedAt(at(1060)), begun(1, 1660))
      .when({ type: 'ConfirmRemoval' })
      .thenEvents(removed)
    expect(state).toMatchObject({ status: 'FAILED', removal: null })
    given(requested, failedAt(at(1060)), removed)
      .when({ type: 'ConfirmRemoval' })
      .thenNothing()
  })

  it('is tried again, less and less often, while the store is away', () => {
    let events: readonly BackupEvent[] = [requested, completed, deletedAt(0)]
    const delays: number[] = []
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      events = [
        ...events,
        ...given(...events)
          .when(check(10_000 * attempt))
          .thenTypes('BackupRemovalBegun'),
      ]
      const postpone = { type: 'PostponeRemoval', reason: 'away', now: at(10_000 * attempt) } as const
      events = [
        ...events,
        ...given(...events)
          .when(postpone)
          .thenTypes('BackupRemovalPostponed'),
      ]
      delays.push((Date.parse(nextDueAfter(...events) ?? '') - Date.parse(at(10_000 * attempt))) / 60_000)
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  })

  it('begins anew where nothing was heard of it, and never for one that is kept', () => {
    given(requested, completed, deletedAt(5), begun(1, 605)).when(check(604)).thenNothing()
    given(requested, completed, deletedAt(5), begun(1, 605)).when(check(605)).thenEvents(begun(2, 1205))
    given(requested, completed).when(check(99_999)).thenNothing()
    given(requested, completed).when({ type: 'ConfirmRemoval' }).thenNothing()
    given(requested, completed)
      .when({ type: 'PostponeRemoval', reason: 'away', now: at(5) })
      .thenNothing()
  })
})

describe('a backup that its schedule keeps no longer', () => {
  const retire = (seconds: number): BackupCommand => ({ type: 'RetireBackup', now: at(seconds) })

  it('is deleted like any other, once, and only where it is whole', () => {
    const retired: BackupEvent = { type: 'BackupDeletionRequested', data: { removeAt: at(5), retired: true } }
    given(requested, completed).when(retire(5)).thenEvents(retired)
    given(requested, completed, retired).when(retire(6)).thenNothing()
    given(requested, completed, retired, begun(1, 605), removed).when(retire(700)).thenNothing()
    given(requested, failedAt(null)).when(retire(5)).thenNothing()
  })
})
