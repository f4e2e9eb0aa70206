import { DatabaseError } from 'pg'
import { EngineFault } from '../engine.ts'

/** Whether `error` is a Node or PostgreSQL error with one of these codes (`ENOENT`, SQLSTATE `42P04`). */
export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)

/**
 * What `error`, met while trying to `doing` (`create database "shop"`), is for the person who asked: a full disk is
 * told apart from everything else, which becomes `code` with the engine's or system's own message.
 */
export const toEngineFault = (error: unknown, doing: string, code: string): EngineFault => {
  if (error instanceof EngineFault) return error
  const message = error instanceof Error ? error.message : String(error)
  if (hasCode(error, '53100', 'ENOSPC', 'EDQUOT')) {
    return new EngineFault('DISK_FULL', `Could not ${doing}: no space is left (${message})`, {
      retryable: true,
      cause: error,
    })
  }
  const hint = error instanceof DatabaseError && error.hint !== undefined ? ` (${error.hint})` : ''
  return new EngineFault(code, `Could not ${doing}: ${message}${hint}`, { cause: error })
}
