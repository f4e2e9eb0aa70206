import { readFileSync, statSync } from 'node:fs'
import { token } from '../config/store-values.ts'
import { ConfigError } from '../config.ts'

/** More than two would be forgotten ones. */
const maxTokens = 2
/** How long a token that was taken out of the file may still be accepted. */
const lookEveryMs = 1000

export type TokenFileOptions = {
  /** Of a clock that never jumps. */
  readonly nowMs: () => number
  /** Told once of each change that cannot be used. The tokens from before stay in force. */
  readonly onProblem: (problem: string) => void
}

/**
 * The tokens that a file holds now, one a line: a new one first, and beside it, for as long as clients need, the former. Throws
 * `ConfigError` when it holds no token at the start.
 */
export const createTokenFile = (path: string, { nowMs, onProblem }: TokenFileOptions): (() => readonly string[]) => {
  let stamp = stampOf(path)
  let tokens = readTokens(path)
  let lookedAtMs = nowMs()
  return () => {
    if (nowMs() - lookedAtMs < lookEveryMs) return tokens
    lookedAtMs = nowMs()
    const found = stampOf(path)
    if (found === stamp) return tokens
    stamp = found
    try {
      tokens = readTokens(path)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      onProblem(error.message)
    }
    return tokens
  }
}

/** Throws `ConfigError`, which does not show what the file holds. */
export const readTokens = (path: string): readonly string[] => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError([`${path} cannot be read (${code}): it must be a file with the admin token`])
  }
  const lines = text.split('\n').flatMap((line) => line.trim() || [])
  // As much is asked of a file as of a variable: the rest of a token that was cut short could be guessed.
  if (lines.length >= 1 && lines.length <= maxTokens && lines.every((line) => token.schema.safeParse(line).success))
    return lines
  throw new ConfigError([
    `${path} holds something else, not shown here, than ${token.accepts}, or two of these on a line each: remove it and have another made, or write one into it`,
  ])
}

/** Another one for another content, wherever it was put in place of the former. */
const stampOf = (path: string): string | null => {
  try {
    const { ino, size, mtimeMs } = statSync(path)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    return null
  }
}
