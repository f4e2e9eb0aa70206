import { isFull, systemErrorAtEnd } from '../../../system-errors.ts'
import type { LogFinding } from '../../engine.ts'

/** What Redis puts before a line: pid and role, time, and a sign for how much it matters. */
const prefix = /^\d+:[XCSM] \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} [.\-*#] /
const marksNewBeginning = /(?:Redis is starting oO0OoO0OoO0Oo|Ready to accept connections)/
const mostFindings = 5

type Rule = { readonly pattern: RegExp; readonly text: string; readonly kind?: LogFinding['kind'] }

/**
 * The only way from the engine's log off the host: whole messages that are recognised, told in our own words. Anything else stays behind, as it
 * may quote a key or a value.
 */
const rules: readonly Rule[] = [
  {
    pattern: /^Warning: Could not create server TCP listening socket .*: bind: Address already in use$/,
    text: 'its port is taken by another process',
    kind: 'port-taken',
  },
  { pattern: /^\*\*\* FATAL CONFIG FILE ERROR \(Redis [\d.]+\) \*\*\*$/, text: 'its configuration has an error' },
  { pattern: /^Failed to configure TLS\. .*$/, text: 'its TLS files cannot be read' },
  { pattern: /^Aborting Redis startup because of ACL errors: .*$/, text: 'its file of users has an error' },
  { pattern: /^Bad file format reading the append only file.*$/, text: 'its log of writes is damaged' },
  { pattern: /^Unexpected end of file reading the append only file.*$/, text: 'its log of writes is cut short' },
  { pattern: /^Can't open or create append-only dir .*$/, text: 'the directory of its log of writes cannot be used' },
  { pattern: /^Out Of Memory allocating \d+ bytes!$/, text: 'it ran out of memory' },
  { pattern: /^Redis [\d.]+ crashed by signal: \d+.*$/, text: 'it crashed' },
  {
    pattern: /^.*error while loading shared libraries: .*$/,
    text: 'a shared library that it needs is missing or broken',
  },
]

/** What ends it in good order. Told only where nothing else is. */
const calm: readonly Rule[] = [
  { pattern: /^User requested shutdown\.\.\.$/, text: 'it was asked to shut down' },
  { pattern: /^Received SIG(?:TERM|INT) scheduling shutdown\.\.\.$/, text: 'it was asked to shut down' },
]

/** What `log` tells of a failure since the last start, or since the engine last was in order; the last five findings, each once. */
export const explainRedisLog = (log: string): readonly LogFinding[] => {
  const lines = log.split('\n')
  const since = lines.findLastIndex((line) => marksNewBeginning.test(line))
  const messages = lines.slice(since + 1).map((line) => line.replace(prefix, ''))
  const found = messages.flatMap((text) => explain(text, rules))
  const told = found.length > 0 ? found : messages.flatMap((text) => explain(text, calm))
  const once = told.filter(({ text }, index) => told.findLastIndex((other) => other.text === text) === index)
  return once.slice(-mostFindings)
}

const explain = (text: string, known: readonly Rule[]): readonly LogFinding[] => {
  const rule = known.find(({ pattern }) => pattern.test(text))
  if (rule) return [{ kind: rule.kind ?? 'other', text: rule.text }]
  const systemError = known === rules ? systemErrorAtEnd(text) : null
  return systemError ? [{ kind: isFull(systemError) ? 'disk-full' : 'other', text: systemError.meaning }] : []
}
