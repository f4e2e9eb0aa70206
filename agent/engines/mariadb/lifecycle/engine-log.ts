import { isFull, systemErrorAtEnd } from '../../../system-errors.ts'
import type { LogFinding } from '../../engine.ts'

/** What MariaDB puts before a line: time, thread, how much it matters, and which part of it speaks. */
const prefix = /^\d{4}-\d\d-\d\d +\d?\d:\d\d:\d\d \d+ \[(?:ERROR|Warning|Note)\] (?:\w+: )?/
const marksNewBeginning = / \[Note\] Starting MariaDB \d| \[Note\] \S+: ready for connections\.$/
const marksEnd = / \[Note\] \S+ \(initiated by: .*\): Normal shutdown$/
const mostFindings = 5

type Rule = { readonly pattern: RegExp; readonly text: string; readonly kind?: LogFinding['kind'] }

/**
 * The only way from the engine's log off the host: whole messages that are recognised, told in our own words. Anything else stays behind, as it
 * may quote what a customer stored.
 */
const rules: readonly Rule[] = [
  {
    pattern: /^Can't start server: Bind on TCP\/IP port\. Got error: 98: Address already in use$/,
    text: 'its port is taken by another process',
    kind: 'port-taken',
  },
  {
    pattern: /^Can't start server: Bind on TCP\/IP port\. Got error: 99: Cannot assign requested address$/,
    text: 'its address is not one of this host',
  },
  { pattern: /^.*(?:unknown variable|unknown option) '.*'$/, text: 'its configuration has an error' },
  { pattern: /^(?:Failed to setup SSL|SSL error: .*)$/, text: 'its TLS files cannot be read' },
  { pattern: /^Unable to lock \.\/\S+ error: \d+$/, text: 'another process uses its data' },
  { pattern: /^Out of memory.*$/, text: 'it ran out of memory' },
  { pattern: /^Cannot allocate memory for the buffer pool$/, text: 'it ran out of memory' },
  { pattern: /^mariadbd got signal \d+ ?;?$/, text: 'it crashed' },
  { pattern: /^\d{6} +\d?\d:\d\d:\d\d \[ERROR\] \S*mariadbd got signal \d+ ;$/, text: 'it crashed' },
  { pattern: /^.*Assertion failure.*$/, text: 'it met an internal error' },
  { pattern: /^(?:Database page corruption|Corrupted page|Missing FILE_CHECKPOINT).*$/, text: 'its data is damaged' },
  {
    pattern: /^Upgrade after a crash is not supported\..*$/,
    text: 'its data is of another version and was not stopped cleanly',
  },
  {
    pattern: /^.*error while loading shared libraries: .*$/,
    text: 'a shared library that it needs is missing or broken',
  },
  { pattern: /^Disk is full writing .*$/, text: 'no space is left on its volume', kind: 'disk-full' },
  { pattern: /^Disk is full\..*$/, text: 'no space is left on its volume', kind: 'disk-full' },
  {
    pattern: /^.*Error number 28 means 'No space left on device'$/,
    text: 'no space is left on its volume',
    kind: 'disk-full',
  },
  { pattern: /^.*\((?:OS errno|Errcode:|errno:) 28.*$/, text: 'no space is left on its volume', kind: 'disk-full' },
]

/** What ends it in good order. Told only where nothing else is. */
const calm: readonly Rule[] = [
  { pattern: /^\S+ \(initiated by: .*\): Normal shutdown$/, text: 'it was asked to shut down' },
]

/** What `log` tells of a failure since the last start, or since the engine last was in order; the last five findings, each once. */
export const explainMariadbLog = (log: string): readonly LogFinding[] => {
  const lines = log.split('\n')
  const since = lines.findLastIndex((line) => marksNewBeginning.test(line))
  const messages = lines.slice(since + 1).map((line) => line.replace(prefix, ''))
  const found = messages.flatMap((text) => explain(text, rules))
  const told = found.length > 0 ? found : messages.flatMap((text) => explain(text, calm))
  const once = told.filter(({ text }, index) => told.findLastIndex((other) => other.text === text) === index)
  return once.slice(-mostFindings)
}

/** Whether the server was told to end since it last began. */
export const isToldToEnd = (log: string): boolean => {
  const lines = log.split('\n')
  return (
    lines.findLastIndex((line) => marksEnd.test(line)) > lines.findLastIndex((line) => marksNewBeginning.test(line))
  )
}

const explain = (text: string, known: readonly Rule[]): readonly LogFinding[] => {
  const rule = known.find(({ pattern }) => pattern.test(text))
  if (rule) return [{ kind: rule.kind ?? 'other', text: rule.text }]
  const systemError = known === rules ? systemErrorAtEnd(text) : null
  return systemError ? [{ kind: isFull(systemError) ? 'disk-full' : 'other', text: systemError.meaning }] : []
}
