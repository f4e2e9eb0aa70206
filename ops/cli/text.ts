import stringWidth from 'string-width'

/**
 * Text as it can be shown: with control characters written out, but for the ends of lines and tabs. What is shown may come from anywhere, and
 * a terminal obeys them.
 */
export const printable = (text: string): string =>
  text.replace(/[^\P{Cc}\n\t]/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** How many columns of a terminal the text takes: two for an ideograph or an emoji, none for an accent apart. */
export const widthOf = (text: string): number => stringWidth(text)

/** With spaces after it up to this width. */
export const padTo = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

const graphemes = new Intl.Segmenter()

/** No wider than this, with `…` where something was cut off: at the end, between characters as people see them. */
export const cutTo = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    if (widthOf(kept + segment) > width - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
