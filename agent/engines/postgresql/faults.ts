import type { DatabaseError } from 'pg'
import type { FaultCode } from '../../../domain/values/fault-codes.ts'
import { describeError } from '../../describe-error.ts'
import { isFull, systemErrorOf } from '../../system-errors.ts'
import { EngineFault } from '../engine.ts'
import { hasCode } from '../error-codes.ts'
import { meaningOfSqlState } from './sqlstates.ts'

/**
 * What is kept of an error that the engine answered with. Its message, detail, hint and context stay behind: they may quote a row, a statement or a
 * password, and an error goes into faults and logs. `routine`: where in the engine's source it arose; the engine's own log has the rest.
 */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal'
  /** SQLSTATE. */
  readonly code: string
  readonly routine: string | undefined
  constructor({ code = '', routine }: Pick<DatabaseError, 'code' | 'routine'>) {
    super(`${meaningOfSqlState(code)} (SQLSTATE ${code})`)
    this.code = code
    this.routine = routine
  }
}

/**
 * What `error`, met while trying to `doing` (`create database "shop"`), is for the person who asked: a full disk is
 * told apart from everything else, which becomes `code` with the reason in our own words.
 */
export const toEngineFault = (error: unknown, doing: string, code: FaultCode): EngineFault => {
  if (error instanceof EngineFault) return error
  if (hasCode(error, '53100') || isFull(systemErrorOf(error))) {
    const message = `Could not ${doing}: no space is left on its volume`
    return new EngineFault('DISK_FULL', message, { retryable: true, cause: error })
  }
  const why = error instanceof EngineRefusal ? error.message : describeError(error)
  return new EngineFault(code, `Could not ${doing}: ${why}`, { cause: error })
}
