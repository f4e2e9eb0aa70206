import type { Log } from '../../../kernel/log.ts'

/** A log that keeps what it is told, as it would be written. */
export const createKeptLog = (): Pick<Log, 'info' | 'warn'> & { readonly lines: string[] } => {
  const lines: string[] = []
  const keep = (fields: object, message: string) => {
    lines.push(JSON.stringify({ ...fields, message }, withErrors))
  }
  return { lines, info: keep, warn: keep }
}

/** Errors with all they carry, as a logger writes them. */
const withErrors = (_: string, value: unknown): unknown =>
  value instanceof Error ? { ...value, message: value.message, stack: value.stack, cause: value.cause } : value
