const shownCharacters = 40

/** A value as a refusal may show it: quoted, with control characters escaped, and cut when it is long. */
export const quote = (value: string): string =>
  JSON.stringify(cut(value, shownCharacters)).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, escapeCharacter)

/** The first characters of a text, which says so if there are more. */
export const cut = (value: string, most: number): string => {
  if (value.length <= most) return value
  // No character takes more than two units.
  const characters = [...value.slice(0, 2 * (most + 1))]
  return characters.length > most ? `${characters.slice(0, most).join('')}…` : value
}

/** Letters, marks, digits, punctuation, symbols and the plain space: nothing that moves a cursor or hides. */
export const isPrintable = (value: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(value)

export const characterCount = (value: string): number => [...value].length

export const byteCount = (value: string): number => new TextEncoder().encode(value).length

const escapeCharacter = (character: string): string =>
  `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
