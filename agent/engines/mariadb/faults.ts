import type { FaultCode } from '../../../domain/values/fault-codes.ts'
import { describeError } from '../../describe-error.ts'
import { isFull, systemErrorOf } from '../../system-errors.ts'
import { EngineFault } from '../engine.ts'
import { ServerError } from './protocol/connection.ts'
import { isDiskFull, meaningOf } from './refusals.ts'

/** What `error`, met while trying to `doing`, is for the person who asked: a full disk is told apart from everything else, which becomes `code`. */
export const toEngineFault = (error: unknown, doing: string, code: FaultCode): EngineFault => {
  if (error instanceof EngineFault) return error
  if (isFull(systemErrorOf(error)) || isDiskFull(error)) {
    const message = `Could not ${doing}: no space is left on its volume`
    return new EngineFault('DISK_FULL', message, { retryable: true, cause: error })
  }
  const why = error instanceof ServerError ? meaningOf(error) : describeError(error)
  return new EngineFault(code, `Could not ${doing}: ${why}`, { cause: error })
}
