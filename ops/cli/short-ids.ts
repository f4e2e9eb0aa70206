import { refused } from './failure.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const shortForm = /^[0-9a-f]{4,32}$/i

/** The end of an id: ids begin with the time, and those of one hour begin alike. */
const shortLength = 8

/** An id as tables show it. It is accepted wherever an id is. */
export const shortId = (id: string): string => (uuid.test(id) ? id.slice(-shortLength) : id)

export const isFullId = (text: string): boolean => uuid.test(text)

export const isShortId = (text: string): boolean => shortForm.test(text)

/** How far back operations and tokens are searched. */
const searched = 1000

export type IdSearch = {
  /** A word for people: `operation`. */
  readonly what: string
  /** The latest, this many at most. */
  readonly list: (limit: number) => Promise<readonly { readonly id: string }[]>
}

/** The id that ends in `text`, or `text` if it is a whole one. Throws `NOT_FOUND`, or `AMBIGUOUS_ID` with the ids. */
export const resolveId = async (text: string, { what, list }: IdSearch): Promise<string> => {
  if (isFullId(text) || !isShortId(text)) return text
  const all = await list(searched)
  return onlyOne(
    text,
    what,
    all.map(({ id }) => id),
  )
}

export const endingIn = (text: string, ids: readonly string[]): readonly string[] =>
  ids.filter((id) => id.replaceAll('-', '').endsWith(text.toLowerCase()))

/** The one of `ids` that ends in `text`. Throws as `resolveId`. */
export const onlyOne = (text: string, what: string, ids: readonly string[]): string => {
  const found = endingIn(text, ids)
  const [only] = found
  if (only === undefined) throw refused({ code: 'NOT_FOUND', message: `there is no ${what} whose id ends in ${text}` })
  if (found.length === 1) return only
  const list = found.map((id) => `  ${id}`).join('\n')
  throw refused({
    code: 'AMBIGUOUS_ID',
    message: `${found.length} ids end in ${text}: give more of one\n${list}`,
    details: { ids: found },
  })
}
