/** As `log_line_prefix` and the engine's own default begin a line: time and pid. */
const prefix = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3}) \S+ \[\d+\] /
const telling =
  /(WARNING|ERROR|FATAL|PANIC|DETAIL|HINT): {2}|LOG: {2}.*(could not|failed|exited with|terminated by|invalid|No space)/
const mostLines = 20
/** A start that fails does so within moments; a line older than this belongs to an earlier one. */
const startSlackMs = 10_000

/**
 * The lines of `log` that tell of a failure, the last 20 at most, or its last lines when none does. When the last start
 * tells of one, earlier starts are left out. Without statements (they may hold a customer's data), passwords and
 * password hashes.
 */
export const explainLog = (log: string): string => {
  const lines = withoutStatements(log.split('\n').filter((line) => line.trim() !== ''))
  const lastStart = lines.slice(lines.findLastIndex((line) => line.includes('LOG:  starting PostgreSQL')) + 1)
  const chosen = [lastStart, lines].map((part) => part.filter(isTelling)).find((part) => part.length > 0) ?? lines
  return chosen.slice(-mostLines).map(redact).join('\n')
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

/**
 * Lines without prefix come from the loader or the shell, which speak only when something is wrong; or they continue a
 * line.
 */
const isTelling = (line: string): boolean => telling.test(line) || !(prefix.test(line) || line.startsWith('\t'))

const withoutStatements = (lines: readonly string[]): readonly string[] => {
  let inStatement = false
  return lines.filter((line) => {
    if (!line.startsWith('\t')) inStatement = prefix.test(line) && line.includes('STATEMENT:  ')
    return !inStatement
  })
}

const loggedAtMs = (line: string): number | null => {
  const [, date, time] = prefix.exec(line) ?? []
  return date === undefined ? null : Date.parse(`${date}T${time}Z`)
}

const redact = (line: string): string =>
  line
    .replace(/SCRAM-SHA-256\$[^\s'"]+/g, 'SCRAM-SHA-256$[redacted]')
    .replace(/\bmd5[0-9a-f]{32}\b/g, 'md5[redacted]')
    .replace(/(password\s*=?\s*)'(?:[^']|'')*'?/gi, "$1'[redacted]'")
