import type { LogFinding } from '../../engine.ts'
import { type Explain, lastFindings } from '../../explain-log.ts'

/** What `log_line_prefix` puts before a line: time, pid and, in a session, who it is of. */
const prefix = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) \S+ \[\d+\] /
const message = /^(?<session>.*@.* )?(?<severity>LOG|WARNING|ERROR|FATAL|PANIC|DETAIL): {2}(?<text>.*)$/
/** A start that fails does so within moments; a line older than this belongs to an earlier one. */
const startSlackMs = 10_000

/** What the dynamic loader, and the engine before it has a log, print. */
const unprefixed = /^\S*postgres: (.*)$/

/** `say` gets what the pattern captured, and answers null where that is not among what may be told. */
type Rule = {
  readonly pattern: RegExp
  readonly say: (captured: readonly string[], settings: ReadonlySet<string>) => string | null
  readonly kind?: LogFinding['kind']
}

const always =
  (text: string): Rule['say'] =>
  () =>
    text

/** Only a setting that Coffer itself writes is named: any other name may be a customer's. */
const ofSetting =
  (text: string): Rule['say'] =>
  ([name = ''], settings) =>
    settings.has(name) ? `${text} ${name}` : `${text} one of its settings`

/** PostgreSQL 18 calls a `server process` by what it is. A background worker has a name that an extension gave it: it stays behind. */
const processes = [
  ...['server process', 'client backend', 'startup', 'checkpointer', 'background writer', 'WAL writer', 'walwriter'],
  ...['autovacuum launcher', 'autovacuum worker', 'archiver', 'io worker', 'IO worker', 'walsender', 'WAL receiver'],
  ...['walreceiver', 'slot sync worker', 'background worker'],
].join('|')
const process = `(?:a )?(${processes})(?: process)?(?: ".*")? \\(PID \\d+\\)`

/**
 * The only way from the engine's log off the host: whole messages that are recognised, told in our own words. What they capture is a number or a
 * word of a list. Anything else stays behind, since almost every message of PostgreSQL can quote a statement, a name or a row.
 */
const failures: readonly Rule[] = [
  {
    pattern: /^could not bind IPv[46] address ".*": Address already in use$/,
    say: always('its port is taken by another process'),
    kind: 'port-taken',
  },
  {
    pattern: new RegExp(`^${process} was terminated by signal (\\d{1,2}): .*$`),
    say: ([kind, signal]) => `its ${kind} was ended by signal ${signal}`,
  },
  {
    pattern: new RegExp(`^${process} exited with exit code (\\d{1,3})$`),
    say: ([kind, code]) => `its ${kind} ended with exit code ${code}`,
  },
  {
    pattern: /^(?:invalid value for parameter|parameter) "(\w+)".*$/,
    say: ofSetting('it does not accept the value of'),
  },
  {
    pattern: /^\d+ .*is outside the valid range for parameter "(\w+)".*$/,
    say: ofSetting('the value is out of range for'),
  },
  { pattern: /^unrecognized configuration parameter "(\w+)".*$/, say: ofSetting('it does not know') },
  { pattern: /^syntax error in file ".*$/, say: always('a configuration file has a syntax error') },
  { pattern: /^configuration file ".*" contains errors.*$/, say: always('a configuration file contains errors') },
  { pattern: /^could not load .*pg_hba\.conf$/, say: always('its access rules cannot be read') },
  {
    pattern: /^could not find the database system$/,
    say: always('its data directory is damaged: the control file is missing'),
  },
  { pattern: /^could not open file ".*pg_control": .*$/, say: always('its control file cannot be opened') },
  {
    pattern: /^could not locate (?:a valid|required) checkpoint record.*$/,
    say: always('its last checkpoint cannot be read'),
  },
  { pattern: /^database files are incompatible with server$/, say: always('its data was written by another version') },
  {
    pattern:
      /^The data directory was initialized by PostgreSQL version (\d{1,2}), which is not compatible with this version (\d{1,2}(?:\.\d{1,2})?).*$/,
    say: ([was, is]) => `its data is of PostgreSQL ${was}, and the program is ${is}`,
  },
  {
    pattern: /^data directory ".*" has wrong ownership$/,
    say: always('its data directory belongs to another account'),
  },
  { pattern: /^data directory ".*" has invalid permissions$/, say: always('its data directory is open to others') },
  {
    pattern: /^pre-existing shared memory block \(key \d+, ID \d+\) is still in use$/,
    say: always('processes of an earlier start still use its shared memory'),
  },
  { pattern: /^lock file ".*" already exists$/, say: always('a lock file says that it runs already') },
  { pattern: /^could not map anonymous shared memory: .*$/, say: always('the host has too little memory for it') },
  { pattern: /^could not create shared memory segment: .*$/, say: always('the host refuses it shared memory') },
  { pattern: /^out of memory$/, say: always('it ran out of memory') },
  { pattern: /^could not fork .*: .*$/, say: always('the host refuses it another process') },
  {
    pattern: /^could not load (?:server certificate|private key|root certificate) file ".*": .*$/,
    say: always('its TLS files cannot be read'),
  },
  {
    pattern: /^error while loading shared libraries: .*$/,
    say: always('a shared library that it needs is missing or broken'),
  },
  { pattern: /^could not load library ".*": .*$/, say: always('a library that it loads is broken or missing') },
  { pattern: /^could not access file ".*": .*$/, say: always('a library that it loads is missing') },
  {
    pattern: /^page verification failed, calculated checksum \d+ but expected \d+.*$/,
    say: always('a page of its data fails its checksum'),
  },
  { pattern: /^could not create any (?:TCP\/IP|Unix-domain) sockets$/, say: always('it could listen nowhere') },
]

/** What ends an engine in good order. */
const calm: readonly Rule[] = [
  {
    pattern: /^received (fast|smart|immediate) shutdown request$/,
    say: ([how]) => `it was asked for a ${how} shutdown`,
  },
]

/**
 * What `log` tells of a failure since the last start, or since the engine last was in order: see `lastFindings`. `settings`: the names of the settings
 * that Coffer writes.
 */
export const explainPostgresqlLog = (settings: ReadonlySet<string>, log: string): readonly LogFinding[] => {
  const lines = log.split('\n')
  const since = lines.findLastIndex((line) => marksNewBeginning.test(line))
  const messages = lines.slice(since + 1).flatMap(messageOf)
  return lastFindings(messages, explainBy(failures, settings), explainBy(calm, settings))
}

const marksNewBeginning = /\] LOG: {2}(?:starting PostgreSQL |database system is ready to accept )/

/**
 * The text of a line that may be looked at: of the engine's own processes, and of a session only where it takes the engine down. Lines that
 * continue one hold statements and data.
 */
const messageOf = (line: string): readonly string[] => {
  const printed = unprefixed.exec(line)?.[1]
  if (printed !== undefined) return [printed]
  const start = prefix.exec(line)
  const groups = start && message.exec(line.slice(start[0].length))?.groups
  if (!groups) return []
  const tells = groups.session === undefined || groups.severity === 'PANIC'
  return tells && groups.text !== undefined ? [groups.text] : []
}

const explainBy =
  (rules: readonly Rule[], settings: ReadonlySet<string>): Explain =>
  (text) => {
    for (const { pattern, say, kind = 'other' } of rules) {
      const match = pattern.exec(text)
      const said = match && say(match.slice(1), settings)
      if (said) return { kind, text: said }
    }
    return null
  }

/**
 * What was logged since `startedAtMs` (epoch, milliseconds), or shortly before. Lines without a time go with the line
 * before them.
 */
export const logSince = (log: string, startedAtMs: number): string => {
  const lines = log.split('\n')
  const older = lines.findLastIndex(
    (line) => (loggedAtMs(line) ?? Number.POSITIVE_INFINITY) < startedAtMs - startSlackMs,
  )
  return lines.slice(older + 1).join('\n')
}

const loggedAtMs = (line: string): number | null => {
  const [, date, time] = prefix.exec(line) ?? []
  return date === undefined ? null : Date.parse(`${date}T${time}Z`)
}
