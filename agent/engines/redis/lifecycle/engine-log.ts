import type { LogFinding } from '../../engine.ts'
import { explainLog, type LogForm, type LogRule } from '../../explain-log.ts'

/** What Redis puts before a line: pid and role, time, and a sign for how much it matters. */
const prefix = /^\d+:[XCSM] \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} [.\-*#] /
const marksNewBeginning = /(?:Redis is starting oO0OoO0OoO0Oo|Ready to accept connections)/

/**
 * The only way from the engine's log off the host: whole messages that are recognised, told in our own words. Anything else stays behind, as it
 * may quote a key or a value.
 */
const failures: readonly LogRule[] = [
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

/** What ends it in good order. */
const calm: readonly LogRule[] = [
  { pattern: /^User requested shutdown\.\.\.$/, text: 'it was asked to shut down' },
  { pattern: /^Received SIG(?:TERM|INT) scheduling shutdown\.\.\.$/, text: 'it was asked to shut down' },
]

const form: LogForm = { prefix, marksNewBeginning, failures, calm }

export const explainRedisLog = (log: string): readonly LogFinding[] => explainLog(form, log)
