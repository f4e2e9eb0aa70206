import type { Fault } from '../domain/values/fault.ts'
import { EngineFault } from './engines/engine.ts'
import { CommandFailed } from './run.ts'

/** How much of an engine's log goes into a fault: enough to tell why, small enough for an event. */
const causeLimitCharacters = 4000

/** Why a command's signal was aborted, as the fault its result tells; `stopping` is no result: the command stays pending. */
export class CommandEnded extends Error {
  override readonly name = 'CommandEnded'
  readonly why: 'deadline' | 'superseded' | 'stopping'
  constructor(why: 'deadline' | 'superseded' | 'stopping') {
    super(`the command was ended: ${why}`)
    this.why = why
  }
}

export const staleEpoch = (epoch: number, newest: number): Fault => ({
  code: 'STALE_EPOCH',
  message: `the command has epoch ${epoch}, but the agent has already seen epoch ${newest} of this instance`,
  retryable: false,
})

export const deadlineExceeded = (deadline: string, begun: boolean): Fault => ({
  code: 'DEADLINE_EXCEEDED',
  message: begun
    ? `the step was not finished at its deadline ${deadline} and was broken off`
    : `the step was not begun: its deadline ${deadline} had passed`,
  retryable: true,
})

/** Turns whatever a handler threw into what the person who asked gets to read. */
export const toFault = (error: unknown): Fault => {
  if (error instanceof EngineFault) return fault(error.code, error.message, error.retryable, error.logTail)
  if (isDiskFull(error)) {
    return fault('DISK_FULL', 'the disk of the database host is full', true, textOf(error))
  }
  if (hasCode(error, 'SECRET_UNREADABLE')) return fault('SECRET_UNREADABLE', textOf(error), false)
  if (error instanceof CommandFailed) return fault('HOST_COMMAND_FAILED', error.message, true, error.stderr)
  return fault('AGENT_ERROR', textOf(error), true)
}

/** SQLite's result code for a write that found no space: https://sqlite.org/rescode.html#full */
const sqliteFull = 13

/** Whether something failed because there was no space or no inode left, whoever noticed. */
export const isDiskFull = (error: unknown): boolean => {
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) return true
  if (error instanceof Error && 'errcode' in error && error.errcode === sqliteFull) return true
  const text = error instanceof CommandFailed ? error.stderr : error instanceof EngineFault ? (error.logTail ?? '') : ''
  return text.includes('No space left on device') || text.includes('Disk quota exceeded')
}

const fault = (code: string, message: string, retryable: boolean, cause?: string): Fault => ({
  code,
  message,
  retryable,
  ...(cause ? { cause: cause.slice(-causeLimitCharacters) } : {}),
})

const hasCode = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
