import { accept, type Decision, reject, unreachable } from '../decider.ts'
import { allFaults, type Rejection } from '../rejection.ts'
import { amountRefusal } from '../values/amount.ts'
import { hasPassed, msBetween } from '../values/time.ts'
import type { ScheduleCommand } from './commands.ts'
import { dueAfter, lastDue, timingRefusals } from './cron.ts'
import type { ScheduleEvent } from './events.ts'
import {
  isBounded,
  isSameRetention,
  keepingRefusal,
  keepsAll,
  type Retention,
  type RetentionWish,
  retentionOf,
  retentionRefusal,
  retiredBy,
} from './retention.ts'
import type { KnownSchedule, ScheduleState } from './state.ts'

type ScheduleDecision = Decision<ScheduleEvent>
type CommandOf<Type extends ScheduleCommand['type']> = Extract<ScheduleCommand, { readonly type: Type }>
type EnabledSchedule = Extract<ScheduleState, { readonly status: 'ENABLED' }>

export const decide = (command: ScheduleCommand, state: ScheduleState): ScheduleDecision => {
  if (command.type === 'CreateSchedule') return createSchedule(command, state)
  if (state.status === 'ABSENT') return command.type === 'ChangeSchedule' ? reject(notFound) : accept()
  switch (command.type) {
    case 'ChangeSchedule':
      return changeSchedule(command, state)
    case 'CheckDue':
      return state.status === 'ENABLED' ? checkDue(command, state) : accept()
    case 'PauseUnreadable':
      return state.status === 'ENABLED' ? accept({ type: 'SchedulePaused', data: { reason: command.what } }) : accept()
    case 'RecordRun':
      return recordRun(command, state)
    case 'KeepBackup':
      return keepBackup(command, state)
    case 'DeleteSchedule':
      return state.status === 'DELETED'
        ? accept()
        : accept({ type: 'ScheduleDeleted', data: { reason: command.reason } })
    default:
      return unreachable(command)
  }
}

const notFound: Rejection = { code: 'NOT_FOUND', message: 'there is no such schedule', field: 'id' }

/** A day. */
export const mostLateMinutes = 24 * 60
export const defaultLateMinutes = 60

export const lateRefusal = (lateMinutes: number): Rejection | null =>
  amountRefusal('lateMinutes', lateMinutes, 1, mostLateMinutes)

type Wished = RetentionWish &
  Pick<KnownSchedule, 'cron' | 'timeZone' | 'lateMinutes' | 'action'> & { readonly now: string }

const refusalOf = (wished: Wished, keep: Retention): Rejection | null =>
  allFaults([
    ...timingRefusals(wished, wished.now),
    lateRefusal(wished.lateMinutes),
    retentionRefusal(wished) ?? keepingRefusal(wished.action, keep),
  ])

const createSchedule = (
  { type: _, now, keepCount, keepDays, ...wish }: CommandOf<'CreateSchedule'>,
  state: ScheduleState,
): ScheduleDecision => {
  // Its id follows from the request: what is there already is of an earlier try.
  if (state.status !== 'ABSENT') return accept()
  const kept = { keepCount, keepDays }
  const keep = retentionOf(kept, keepsAll)
  const refusal = refusalOf({ ...wish, ...kept, now }, keep)
  if (refusal) return reject(refusal)
  const data = { ...wish, ...(isBounded(keep) && { keep }), nextDue: dueAfter(wish, now) }
  return accept({ type: 'ScheduleCreated', data })
}

const changeSchedule = (command: CommandOf<'ChangeSchedule'>, state: KnownSchedule): ScheduleDecision => {
  if (state.status === 'DELETED') return reject(notFound)
  const { cron = state.cron, timeZone = state.timeZone, lateMinutes = state.lateMinutes, now } = command
  const timing = { cron, timeZone, lateMinutes }
  const { keepCount, keepDays } = command
  const keep = retentionOf(command, state.keep)
  const isKept = isSameRetention(keep, state.keep)
  const refusal = refusalOf({ ...timing, keepCount, keepDays, action: state.action, now }, keep)
  if (refusal) return reject(refusal)
  const isPaused = state.status === 'PAUSED'
  const { paused = isPaused } = command
  const isRetimed = cron !== state.cron || timeZone !== state.timeZone
  // What was due while it was paused, or at its former times, is over.
  const nextDue = paused ? null : dueAfter(timing, now)
  const events: ScheduleEvent[] = []
  if (isRetimed || lateMinutes !== state.lateMinutes || !isKept) {
    const stays = state.status === 'ENABLED' && !isRetimed && !paused
    events.push({
      type: 'ScheduleChanged',
      data: { ...timing, ...(!isKept && { keep }), nextDue: stays ? state.nextDue : nextDue },
    })
  }
  if (paused && !isPaused) events.push({ type: 'SchedulePaused', data: { reason: null } })
  if (!paused && isPaused) events.push({ type: 'ScheduleResumed', data: { nextDue } })
  return accept(...events)
}

/**
 * Of what has become due meanwhile only the last is asked for, once, and only if it is not too late for that. All else is skipped, and said to be.
 */
const checkDue = ({ now }: CommandOf<'CheckDue'>, state: EnabledSchedule): ScheduleDecision => {
  const first = state.nextDue
  if (first === null || !hasPassed(first, now)) return accept()
  const nextDue = dueAfter(state, now)
  const found = lastDue(state, now)
  // The times of a zone may have been changed by law since the next one was told.
  const last = found === null || hasPassed(found, first) ? first : found
  if (msBetween(last, now) > state.lateMinutes * 60_000) {
    return accept({ type: 'ScheduleRunsSkipped', data: { from: first, until: last, nextDue } })
  }
  const fellDue: ScheduleEvent = { type: 'ScheduleFellDue', data: { due: last, nextDue } }
  const until = last === first ? null : lastDue(state, justBefore(last))
  if (until === null || !hasPassed(first, until)) return accept(fellDue)
  return accept<ScheduleEvent>({ type: 'ScheduleRunsSkipped', data: { from: first, until, nextDue: last } }, fellDue)
}

/** Ids sort by time, and an instance makes one backup at a time: an id that is not above the newest was recorded before. */
const keepBackup = ({ backupId, now }: CommandOf<'KeepBackup'>, state: KnownSchedule): ScheduleDecision => {
  const { keep, kept } = state
  const newest = kept.at(-1)
  if (state.status === 'DELETED' || !isBounded(keep) || (newest && newest.backupId >= backupId)) return accept()
  const retired = retiredBy(keep, [...kept, { backupId, at: now }], now)
  return accept({ type: 'ScheduleBackupKept', data: { backupId, at: now, retired: [...retired] } })
}

const justBefore = (time: string): string => new Date(Date.parse(time) - 1000).toISOString()

const recordRun = ({ due, operationId, rejection }: CommandOf<'RecordRun'>, state: KnownSchedule): ScheduleDecision => {
  const { lastRun } = state
  // An earlier one than the last is of no interest any more.
  if (state.status === 'DELETED' || lastRun === null || lastRun.due !== due || lastRun.answered) return accept()
  if (rejection === null) return accept({ type: 'ScheduleRunAccepted', data: { due, operationId } })
  const { code, message } = rejection
  const refused: ScheduleEvent = { type: 'ScheduleRunRefused', data: { due, code, message } }
  return code === 'NOT_FOUND'
    ? accept<ScheduleEvent>(refused, { type: 'ScheduleDeleted', data: { reason: 'INSTANCE_DELETED' } })
    : accept(refused)
}
