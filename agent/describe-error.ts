import { basename } from 'node:path'
import { EngineFault } from './engines/engine.ts'
import { CommandFailed } from './run.ts'
import { systemErrorIn, systemErrorOf } from './system-errors.ts'

/**
 * An error in words that may leave the host. This is an allow-list: our own sentences, names of system errors and of programs pass. The message
 * of any other error does not, for it may quote a path, a statement or what a customer stored. The agent's own log has it.
 */
export const describeError = (error: unknown): string => {
  if (error instanceof EngineFault) return error.detail ? `${error.message}: ${error.detail}` : error.message
  if (error instanceof CommandFailed) return describeCommand(error)
  const known = systemErrorOf(error)
  if (known) return `${known.meaning} (${known.code})`
  const code = codeOf(error)
  if (code !== null) return /CERT|SIGNATURE/.test(code) ? `its certificate is not trusted (${code})` : code
  return `an unexpected error (${error instanceof Error ? error.name : typeof error})`
}

const describeCommand = ({ command, exitCode, code, stderr }: CommandFailed): string => {
  const why = systemErrorOf({ code }) ?? systemErrorIn(stderr)
  const how = code ?? (exitCode === null ? 'ended by a signal' : `exit code ${exitCode}`)
  return `${basename(command)} failed (${how})${why ? `: ${why.meaning}` : ''}`
}

/** Node's own codes, as `CERT_HAS_EXPIRED`: words of a fixed vocabulary. */
const codeOf = (error: unknown): string | null => {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{5,}$/.test(code) ? code : null
}
