import type { LogFinding } from '../../engine.ts'
import { explainLog, type LogForm, type LogRule } from '../../explain-log.ts'

/** What MariaDB puts before a line: time, thread, how much it matters, and which part of it speaks. */
const prefix = /^\d{4}-\d\d-\d\d +\d?\d:\d\d:\d\d \d+ \[(?:ERROR|Warning|Note)\] (?:\w+: )?/
const marksNewBeginning = / \[Note\] Starting MariaDB \d| \[Note\] \S+: ready for connections\.$/
const marksEnd = / \[Note\] \S+ \(initiated by: .*\): Normal shutdown$/

/**
 * The only way from the engine's log off the host: whole messages that are recognised, told in our own words. Anything else stays behind, as it
 * may quote what a customer stored.
 */
const failures: readonly LogRule[] = [
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

/** What ends it in good order. */
const calm: readonly LogRule[] = [
  { pattern: /^\S+ \(initiated by: .*\): Normal shutdown$/, text: 'it was asked to shut down' },
]

const form: LogForm = { prefix, marksNewBeginning, failures, calm }

export const explainMariadbLog = (log: string): readonly LogFinding[] => explainLog(form, log)

/** Whether the server was told to end since it last began. */
export const isToldToEnd = (log: string): boolean => {
  const lines = log.split('\n')
  return (
    lines.findLastIndex((line) => marksEnd.test(line)) > lines.findLastIndex((line) => marksNewBeginning.test(line))
  )
}
