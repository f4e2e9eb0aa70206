import { isFull, systemErrorAtEnd } from '../system-errors.ts'
import type { LogFinding } from './engine.ts'

const mostFindings = 5

/** What a message tells; null for one that tells nothing. */
export type Explain = (text: string) => LogFinding | null

/**
 * The last five findings, each once: what the messages tell of a failure, or the operating system's error that one ends with. What ends an engine in good order
 * (`explainCalm`) is told only where nothing else is.
 */
export const lastFindings = (
  messages: readonly string[],
  explainFailure: Explain,
  explainCalm: Explain,
): readonly LogFinding[] => {
  const found = messages.flatMap((text) => explainFailure(text) ?? explainSystemError(text) ?? [])
  const told = found.length > 0 ? found : messages.flatMap((text) => explainCalm(text) ?? [])
  const once = told.filter(({ text }, index) => told.findLastIndex((other) => other.text === text) === index)
  return once.slice(-mostFindings)
}

const explainSystemError: Explain = (text) => {
  const systemError = systemErrorAtEnd(text)
  return systemError && { kind: isFull(systemError) ? 'disk-full' : 'other', text: systemError.meaning }
}

export type LogRule = { readonly pattern: RegExp; readonly text: string; readonly kind?: LogFinding['kind'] }

/** How an engine writes its log, and which of its messages are told, in which words. */
export type LogForm = {
  /** What stands before each message. */
  readonly prefix: RegExp
  /** A line, prefix and all, after which it began anew or was in order. */
  readonly marksNewBeginning: RegExp
  readonly failures: readonly LogRule[]
  /** What ends it in good order. */
  readonly calm: readonly LogRule[]
}

/** What `log` tells of a failure since the last start, or since the engine last was in order: see `lastFindings`. */
export const explainLog = (
  { prefix, marksNewBeginning, failures, calm }: LogForm,
  log: string,
): readonly LogFinding[] => {
  const lines = log.split('\n')
  const since = lines.findLastIndex((line) => marksNewBeginning.test(line))
  const messages = lines.slice(since + 1).map((line) => line.replace(prefix, ''))
  return lastFindings(messages, explainBy(failures), explainBy(calm))
}

const explainBy =
  (rules: readonly LogRule[]): Explain =>
  (message) => {
    const rule = rules.find(({ pattern }) => pattern.test(message))
    return rule ? { kind: rule.kind ?? 'other', text: rule.text } : null
  }
