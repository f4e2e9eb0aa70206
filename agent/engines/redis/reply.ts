/** What Redis answers with, of the protocol's second version (RESP2). An error is a value here: a list of answers may hold one. */
export type Reply = string | number | null | RedisError | readonly Reply[]

/**
 * `code`: the first word of Redis's message, such as `WRONGPASS`. `said`: all of it, which may quote a key or a user's name. No log prints it: it is a
 * getter.
 */
export class RedisError {
  readonly code: string
  readonly #said: string
  constructor(said: string) {
    this.code = /^[A-Z]+/.exec(said)?.[0] ?? 'ERR'
    this.#said = said
  }
  get said(): string {
    return this.#said
  }
}

/** The reply that begins at `at`, and where the next one begins; null while it is not whole. Throws for what is not RESP2. */
export const parseReply = (bytes: Buffer, at = 0): { readonly reply: Reply; readonly end: number } | null => {
  const lineEnd = bytes.indexOf('\r\n', at)
  if (lineEnd < 0) return null
  const kind = bytes.toString('latin1', at, at + 1)
  const line = bytes.toString('utf8', at + 1, lineEnd)
  const next = lineEnd + 2
  switch (kind) {
    case '+':
      return { reply: line, end: next }
    case '-':
      return { reply: new RedisError(line), end: next }
    case ':':
      return { reply: Number(line), end: next }
    case '$': {
      const length = Number(line)
      if (length < 0) return { reply: null, end: next }
      const end = next + length + 2
      return bytes.length < end ? null : { reply: bytes.toString('utf8', next, next + length), end }
    }
    case '*': {
      const items: Reply[] = []
      let end = next
      for (let left = Number(line); left > 0; left -= 1) {
        const item = parseReply(bytes, end)
        if (item === null) return null
        items.push(item.reply)
        end = item.end
      }
      return { reply: Number(line) < 0 ? null : items, end }
    }
    default:
      throw new Error('what answers does not speak the protocol of Redis')
  }
}

/** A command as a client sends it: every word with its length, so that no character in it means anything. */
export const renderCommand = (words: readonly string[]): string =>
  [`*${words.length}`, ...words.flatMap((word) => [`$${Buffer.byteLength(word)}`, word]), ''].join('\r\n')
