import { type GuestCommand, laneOf } from '../domain/guest/command.ts'
import type { KnownFault } from '../domain/values/fault.ts'
import { describeError } from './describe-error.ts'
import { EngineFault } from './engines/engine.ts'
import { CommandFailed } from './run.ts'
import { SecretUnreadable } from './secrets/sealing-keys.ts'
import { isFull, systemErrorIn, systemErrorOf } from './system-errors.ts'

/** Why a command's signal was aborted, as the fault its result tells; `stopping` is no result: the command stays pending. */
export class CommandEnded extends Error {
  override readonly name = 'CommandEnded'
  readonly why: 'deadline' | 'superseded' | 'stopping'
  constructor(why: 'deadline' | 'superseded' | 'stopping') {
    super(`the command was ended: ${why}`)
    this.why = why
  }
}

export const staleEpoch = (command: Pick<GuestCommand, 'epoch' | 'lane'>, newest: number): KnownFault => ({
  code: 'STALE_EPOCH',
  message: `the command has epoch ${command.epoch}, but the agent has already seen epoch ${newest} of this ${laneOf(command) === 'shared' ? 'operation' : 'node'}`,
  retryable: false,
})

/** `last`: what kept the step from its end, as far as that is known. */
export const deadlineExceeded = (deadline: string, begun: boolean, last?: unknown): KnownFault => ({
  code: 'DEADLINE_EXCEEDED',
  message: begun
    ? `the step was not finished at its deadline ${deadline} and was broken off`
    : `the step was not begun: its deadline ${deadline} had passed`,
  retryable: true,
  ...(last instanceof EngineFault ? { cause: last.message } : {}),
})

/**
 * Turns whatever a handler threw into what the person who asked gets to read. It goes into the log of events, where nothing can be taken back:
 * only `EngineFault` speaks for itself, all others are told by `describeError`.
 */
export const toFault = (error: unknown): KnownFault => {
  if (error instanceof EngineFault) {
    const { code, message, retryable, detail } = error
    return { code, message, retryable, ...(detail ? { cause: detail } : {}) }
  }
  const why = describeError(error)
  if (isDiskFull(error)) {
    return { code: 'DISK_FULL', message: 'the disk of the database host is full', retryable: true, cause: why }
  }
  if (error instanceof SecretUnreadable) return { code: error.code, message: error.message, retryable: false }
  if (error instanceof CommandFailed) return { code: 'HOST_COMMAND_FAILED', message: why, retryable: true }
  return { code: 'AGENT_ERROR', message: `the agent failed: ${why}; its log tells more`, retryable: true }
}

/** Whether something failed because there was no space or no inode left, whoever noticed. */
export const isDiskFull = (error: unknown): boolean => {
  if (error instanceof EngineFault) return error.code === 'DISK_FULL'
  return isFull(systemErrorOf(error)) || (error instanceof CommandFailed && isFull(systemErrorIn(error.stderr)))
}
