import { leftToRight, neutral, rightToLeft } from './saslprep-ranges.ts'

type Direction = 'left to right' | 'right to left' | 'neutral'
type Range = { readonly first: number; readonly last: number; readonly direction: Direction }

/**
 * Why clients may not agree on the bytes of this text:
 * - `character`: it has one that SASLprep prohibits, maps to another or to nothing, or does not know, as those that came after Unicode 3.2 (emoji)
 * - `composition`: each is fine, and together they have another form (NFKC)
 * - `direction`: it mixes scripts written from right to left with others, or does not both begin and end with a letter of theirs (section 2.3)
 */
export type SaslprepFault = 'character' | 'composition' | 'direction'

/**
 * Null when every client sends the text in the same bytes. SCRAM prepares a password by SASLprep (RFC 4013): some clients do, some do not, some
 * refuse what it refuses. What it leaves as it is is the same for all.
 */
export const saslprepFault = (text: string): SaslprepFault | null => {
  const directions = Array.from(text, directionOf)
  if (directions.includes(null)) return 'character'
  if (text.normalize('NFKC') !== text) return 'composition'
  if (!directions.includes('right to left')) return null
  const isOneWay =
    !directions.includes('left to right') && directions[0] === 'right to left' && directions.at(-1) === 'right to left'
  return isOneWay ? null : 'direction'
}

const parseRanges = (text: string, direction: Direction): readonly Range[] =>
  text.split(' ').map((range) => {
    const [first = '', last = first] = range.split('-')
    return { first: Number.parseInt(first, 16), last: Number.parseInt(last, 16), direction }
  })

/** In order, apart from each other. */
const ranges = [
  ...parseRanges(leftToRight, 'left to right'),
  ...parseRanges(rightToLeft, 'right to left'),
  ...parseRanges(neutral, 'neutral'),
].sort((a, b) => a.first - b.first)

/** Null for a character that does not stay as it is. */
const directionOf = (character: string): Direction | null => {
  const codePoint = character.codePointAt(0) ?? 0
  const after = ranges.findIndex(({ first }) => first > codePoint)
  const range = ranges.at(after < 0 ? -1 : after - 1)
  return range && range.first <= codePoint && codePoint <= range.last ? range.direction : null
}
