import { unreachable } from '../decider.ts'
import type { ScheduleEvent } from './events.ts'
import { isBounded, keepsAll } from './retention.ts'
import type { KnownSchedule, ScheduleState } from './state.ts'

export const evolve = (state: ScheduleState, event: ScheduleEvent): ScheduleState => {
  if (event.type === 'ScheduleCreated') {
    const { keep = keepsAll, ...data } = event.data
    return { status: 'ENABLED', ...data, keep, kept: [], lastRun: null }
  }
  return state.status === 'ABSENT' ? state : evolveKnown(state, event)
}

type LaterEvent = Exclude<ScheduleEvent, { readonly type: 'ScheduleCreated' }>

const evolveKnown = (state: KnownSchedule, event: LaterEvent): ScheduleState => {
  switch (event.type) {
    case 'ScheduleChanged': {
      const { nextDue, keep = state.keep, ...timing } = event.data
      const changed = { ...timing, keep, kept: isBounded(keep) ? state.kept : [] }
      return state.status === 'ENABLED' ? { ...state, ...changed, nextDue } : { ...state, ...changed }
    }
    case 'SchedulePaused':
      return state.status === 'DELETED' ? state : { ...state, status: 'PAUSED' }
    case 'ScheduleResumed':
      return state.status === 'DELETED' ? state : { ...state, status: 'ENABLED', nextDue: event.data.nextDue }
    case 'ScheduleFellDue': {
      const { due, nextDue } = event.data
      const lastRun = { due, answered: false }
      return state.status === 'ENABLED' ? { ...state, nextDue, lastRun } : { ...state, lastRun }
    }
    case 'ScheduleRunsSkipped':
      return state.status === 'ENABLED' ? { ...state, nextDue: event.data.nextDue } : state
    case 'ScheduleRunAccepted':
    case 'ScheduleRunRefused':
      return { ...state, lastRun: { due: event.data.due, answered: true } }
    case 'ScheduleBackupKept': {
      const { backupId, at, retired } = event.data
      const staying = state.kept.filter((each) => !retired.includes(each.backupId))
      return { ...state, kept: [...staying, { backupId, at }] }
    }
    case 'ScheduleDeleted':
      return { ...state, status: 'DELETED' }
    default:
      return unreachable(event)
  }
}
