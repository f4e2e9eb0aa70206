import { unreachable } from '../decider.ts'
import { pick } from '../values/pick.ts'
import type { BackupEvent } from './events.ts'
import { type BackupState, type KnownBackup, removalOf } from './state.ts'

export const evolve = (state: BackupState, event: BackupEvent): BackupState => {
  if (event.type === 'BackupRequested') {
    const { instanceName: _, name: __, databases, users, rootEnabled, ...known } = event.data
    return { status: 'CREATING', ...known, accounts: { databases, users, rootEnabled } }
  }
  if (state.status === 'ABSENT') return state
  switch (event.type) {
    case 'BackupCompleted':
      return { ...known(state), status: 'AVAILABLE', contents: event.data.contents, verification: null }
    case 'BackupFailed': {
      const { fault, removeAt } = event.data
      return {
        ...known(state),
        status: 'FAILED',
        fault,
        removal: removeAt === null ? null : { dueAt: removeAt, attempts: 0 },
      }
    }
    case 'BackupVerificationBegun': {
      const { operationId } = event.data
      return state.status === 'AVAILABLE' ? { ...state, verification: { operationId } } : state
    }
    case 'BackupVerified':
    case 'BackupVerificationFailed':
      return state.status === 'AVAILABLE' ? { ...state, verification: null } : state
    case 'BackupInstanceKept':
      return { ...state, thenDelete: undefined }
    case 'BackupDeletionRequested':
      return { ...known(state), status: 'DELETING', removal: { dueAt: event.data.removeAt, attempts: 0 } }
    case 'BackupRemovalBegun':
      return withRemoval(state, event.data.again, event.data.attempt)
    case 'BackupRemovalPostponed':
      return withRemoval(state, event.data.until, removalOf(state)?.attempts ?? 0)
    case 'BackupRemoved':
      if (state.status === 'FAILED') return { ...state, removal: null }
      return state.status === 'DELETING' ? { ...known(state), status: 'DELETED' } : state
    default:
      return unreachable(event)
  }
}

const withRemoval = (state: KnownBackup, dueAt: string, attempts: number): BackupState =>
  state.status === 'FAILED' || state.status === 'DELETING' ? { ...state, removal: { dueAt, attempts } } : state

/** What a backup keeps from one status to the next. */
const known = (state: KnownBackup) =>
  pick(
    state,
    'backupId',
    'projectId',
    'instanceId',
    'operationId',
    'spec',
    'accounts',
    'deadline',
    'scheduleId',
    'thenDelete',
  )
