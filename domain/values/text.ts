const shownCharacters = 40

/** A value as a refusal may show it: quoted, with control characters escaped, and cut when it is long. */
export const quote = (value: string): string => {
  const characters = [...value]
  const shown = characters.length > shownCharacters ? `${characters.slice(0, shownCharacters).join('')}…` : value
  return JSON.stringify(shown).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, escapeCharacter)
}

/** Letters, marks, digits, punctuation, symbols and the plain space: nothing that moves a cursor or hides. */
export const isPrintable = (value: string): boolean => /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(value)

export const characterCount = (value: string): number => [...value].length

export const byteCount = (value: string): number => new TextEncoder().encode(value).length

const escapeCharacter = (character: string): string =>
  `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
