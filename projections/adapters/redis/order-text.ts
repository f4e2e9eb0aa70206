/**
 * Text as Redis has to have it. Redis orders by the bytes of UTF-8, the port by code unit (UTF-16), and the two differ where surrogates
 * come in; some strings are no valid UTF-8 at all (half a surrogate). Encoded, any string is valid UTF-8 whose bytes stand in the order of
 * the original's code units, and holds no control character, so that those are free to separate and to mark.
 */
export const encodeText = (text: string): string =>
  // Nearly all have nothing to escape, and most of the time of a rebuild's writes went into looking for it by `replace`.
  isPlain.test(text) ? text : text.replace(mustEscape, escapeUnit)

export const decodeText = (encoded: string): string => encoded.replace(escaped, unescapeUnit)

/** Comes before every other character, so that what is shorter stands first. */
export const separator = '\u0000'
/** Comes right after the separator: the end of whatever begins with a text and the separator. */
export const afterSeparator = '\u0001'

/** Everything up to the space is escaped by a space, everything from here on by this: nothing else is moved. */
const firstHigh = 0xd7ff
const isPlain = /^[!-\ud7fe]*$/
const mustEscape = /[^!-\ud7fe]/g
const escaped = / (.)|\ud7ff(.)/gs

const escapeUnit = (unit: string): string => {
  const code = unit.charCodeAt(0)
  return code < firstHigh
    ? ` ${String.fromCharCode(code + lowOffset)}`
    : `\ud7ff${String.fromCharCode(code - firstHigh + highOffset)}`
}

const unescapeUnit = (_: string, low: string | undefined, high: string | undefined): string =>
  String.fromCharCode(
    low === undefined ? (high ?? '').charCodeAt(0) + firstHigh - highOffset : low.charCodeAt(0) - lowOffset,
  )

/** Keep the second half of an escape away from control characters. */
const lowOffset = 0x21
const highOffset = 0x21
