import { accept, type Decision, reject, unreachable } from '../decider.ts'
import type { Rejection } from '../rejection.ts'
import type { Fault } from '../values/fault.ts'
import { hasPassed, plusMs } from '../values/time.ts'
import type { BackupCommand } from './commands.ts'
import type { BackupEvent } from './events.ts'
import { type BackupState, type KnownBackup, removalOf } from './state.ts'

type BackupDecision = Decision<BackupEvent>
type CommandOf<Type extends BackupCommand['type']> = Extract<BackupCommand, { readonly type: Type }>

/** After the deadline of its operation an agent may write on for a moment. */
const lastWriteMs = 60_000
/** Without a word of its operation: the operation itself ends by its deadline, and its end may be told late. */
export const unheardMs = 600_000
/** How long one attempt at removing has before it is made again. */
const removalMs = 600_000
const postponeMs = { first: 60_000, most: 3_600_000 }

export const decide = (command: BackupCommand, state: BackupState): BackupDecision => {
  if (command.type === 'RequestBackup') return requestBackup(command, state)
  if (state.status === 'ABSENT') return command.type === 'DeleteBackup' ? reject(notFound) : accept()
  switch (command.type) {
    case 'CompleteBackup':
      return state.status === 'CREATING'
        ? accept({ type: 'BackupCompleted', data: { contents: command.contents } })
        : accept()
    case 'FailBackup':
      return state.status === 'CREATING' ? accept(failed(command.fault, state.deadline)) : accept()
    case 'KeepUnreadable': {
      const fault: Fault = { code: 'UNREADABLE_HISTORY', message: command.what, retryable: false }
      return state.status === 'CREATING' ? accept({ type: 'BackupFailed', data: { fault, removeAt: null } }) : accept()
    }
    case 'BeginVerification': {
      const { operationId, instanceId } = command
      return state.status === 'AVAILABLE' && state.verification?.operationId !== operationId
        ? accept({ type: 'BackupVerificationBegun', data: { operationId, instanceId } })
        : accept()
    }
    case 'EndVerification':
      return endVerification(command, state)
    case 'KeepInstance': {
      const { code, message } = command.rejection
      return state.thenDelete ? accept({ type: 'BackupInstanceKept', data: { code, message } }) : accept()
    }
    case 'DeleteBackup':
      return deleteBackup(command, state)
    case 'RetireBackup':
      return state.status === 'AVAILABLE'
        ? accept({ type: 'BackupDeletionRequested', data: { removeAt: command.now, retired: true } })
        : accept()
    case 'CheckBackup':
      return checkBackup(command, state)
    case 'ConfirmRemoval':
      return removalOf(state) === null ? accept() : accept({ type: 'BackupRemoved', data: {} })
    case 'PostponeRemoval':
      return postponeRemoval(command, state)
    default:
      return unreachable(command)
  }
}

const requestBackup = (
  { type: _, accounts, scheduleId, thenDelete, ...wish }: CommandOf<'RequestBackup'>,
  state: BackupState,
): BackupDecision => {
  // Its id follows from the request: what is there already is of an earlier try.
  if (state.status !== 'ABSENT') return accept()
  const users = accounts.users.map(({ access, ...user }) => ({ ...user, access: [...access] }))
  const later = { ...(scheduleId && { scheduleId }), ...(thenDelete && { thenDelete }) }
  const { databases, rootEnabled } = accounts
  return accept({ type: 'BackupRequested', data: { ...wish, ...later, databases: [...databases], users, rootEnabled } })
}

/** `until`: when whoever writes to the store has ended. */
const failed = (fault: Fault, until: string): BackupEvent => ({
  type: 'BackupFailed',
  data: { fault, removeAt: plusMs(until, lastWriteMs) },
})

const endVerification = (
  { operationId, read, fault }: CommandOf<'EndVerification'>,
  state: KnownBackup,
): BackupDecision => {
  if (state.status !== 'AVAILABLE' || state.verification?.operationId !== operationId) return accept()
  return read
    ? accept({ type: 'BackupVerified', data: { operationId, read } })
    : accept({ type: 'BackupVerificationFailed', data: { operationId, fault: fault ?? unread } })
}

const unread: Fault = {
  code: 'AGENT_ANSWER_INCOMPLETE',
  message: 'the agent did not say what it has read',
  retryable: false,
}

const deleteBackup = ({ now }: CommandOf<'DeleteBackup'>, state: KnownBackup): BackupDecision => {
  switch (state.status) {
    case 'CREATING':
      return reject(beingMade(state))
    case 'AVAILABLE':
      return accept({ type: 'BackupDeletionRequested', data: { removeAt: now } })
    case 'FAILED': {
      const dueAt = state.removal?.dueAt ?? now
      return accept({ type: 'BackupDeletionRequested', data: { removeAt: hasPassed(dueAt, now) ? now : dueAt } })
    }
    case 'DELETING':
      return accept()
    case 'DELETED':
      return reject(notFound)
    default:
      return unreachable(state)
  }
}

const checkBackup = ({ now }: CommandOf<'CheckBackup'>, state: KnownBackup): BackupDecision => {
  if (state.status === 'CREATING') {
    return hasPassed(plusMs(state.deadline, unheardMs), now) ? accept(failed(unheard, now)) : accept()
  }
  const removal = removalOf(state)
  if (removal === null || !hasPassed(removal.dueAt, now)) return accept()
  return accept({
    type: 'BackupRemovalBegun',
    data: { attempt: removal.attempts + 1, again: plusMs(now, removalMs) },
  })
}

const postponeRemoval = ({ reason, now }: CommandOf<'PostponeRemoval'>, state: KnownBackup): BackupDecision => {
  const removal = removalOf(state)
  if (removal === null) return accept()
  const delayMs = Math.min(postponeMs.most, postponeMs.first * 2 ** Math.max(0, removal.attempts - 1))
  const until = plusMs(now, delayMs)
  return removal.dueAt === until ? accept() : accept({ type: 'BackupRemovalPostponed', data: { reason, until } })
}

const notFound: Rejection = { code: 'NOT_FOUND', message: 'there is no such backup', field: 'id' }

const beingMade = ({ operationId }: KnownBackup): Rejection => ({
  code: 'OPERATION_IN_PROGRESS',
  message: `the backup is being made by operation ${operationId}: wait for that to end, or cancel it`,
  details: { operationId },
})

const unheard: Fault = {
  code: 'DEADLINE_EXCEEDED',
  message: 'nothing was heard of the operation that makes the backup, long after its deadline',
  retryable: true,
}
