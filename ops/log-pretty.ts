type LineStream = { readonly write: (line: string) => void }
type LogLine = Readonly<Record<string, unknown>> & {
  readonly level?: string
  readonly time?: string
  readonly msg?: string
  readonly err?: { readonly message?: string; readonly stack?: string }
}

const colours: Readonly<Record<string, number>> = { trace: 90, debug: 90, info: 36, warn: 33, error: 31, fatal: 31 }

/** Takes pino's JSON lines and writes one line each for people: time, level, message, then the fields. */
export const createPrettyStream = (
  stream: LineStream & { readonly isTTY?: boolean; readonly hasColors?: () => boolean },
): LineStream => {
  const isColoured = stream.isTTY && (stream.hasColors?.() ?? true)
  const paint = (code: number, text: string): string => (isColoured ? `\u001b[${code}m${text}\u001b[39m` : text)
  return {
    write: (json) => {
      const { level = 'info', time = '', msg = '', err, ...fields } = JSON.parse(json) as LogLine
      const rest = Object.entries(fields).map(([name, value]) => paint(90, `${name}=${textOf(value)}`))
      const reason = err ? [paint(colours.error ?? 31, err.message ?? 'no message')] : []
      const stack =
        err?.stack && (level === 'error' || level === 'fatal') ? `\n${err.stack.split('\n').slice(1).join('\n')}` : ''
      const words = [time.slice(11, 23), paint(colours[level] ?? 36, level.padEnd(5)), msg, ...reason, ...rest]
      stream.write(`${words.join(' ')}${stack}\n`)
    },
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)
