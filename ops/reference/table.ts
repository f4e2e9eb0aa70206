/** A row of a table in Markdown. */
const row = (...cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`

/** A table with this head, in Markdown, line by line. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  row(...head),
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((cells) => row(...cells)),
]

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
