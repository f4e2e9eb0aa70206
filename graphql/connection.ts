import type { Page, PageRequest } from '../projections/page.ts'
import { invalidInput } from './errors.ts'
import { isGiven } from './input.ts'

/**
 * What a list is asked for: the `first` or the `last` so many, 1 to 500, the first 50 if neither; `after` or `before` a cursor of the same
 * list; oldest first unless told.
 */
export type ListArguments = {
  readonly first?: number | null
  readonly after?: string | null
  readonly last?: number | null
  readonly before?: string | null
  readonly newestFirst?: boolean | null
}

/** A page, and what it was asked for with. */
export type ListedPage<Document> = { readonly page: Page<Document>; readonly args: ListArguments }

/** Finds the sort key in a cursor. `field`: the argument it was given as. */
export type Place = (cursor: string, field: 'after' | 'before') => Promise<string>

export const defaultFirst = 50
export const maxFirst = 500

/** How many documents are asked for at the most. */
export const askedLength = ({ first, last }: ListArguments): number => first ?? last ?? defaultFirst

/** Whether the end of a list is asked for, or what is before a cursor. */
export const isBackward = ({ last, before }: ListArguments): boolean => isGiven(last) || isGiven(before)

/** What a list about something absent, or of another project, has in it. */
const emptyPage: Page<never> = { entries: [], next: null, seenTo: null, total: async () => 0 }

/**
 * The page that is asked for. `read`: null for a list of what is not there. Throws `INVALID_INPUT` for arguments out of range or that do not go
 * together.
 */
export const listPage = async <Document>(
  args: ListArguments,
  place: Place,
  read: ((request: PageRequest) => Promise<Page<Document>>) | null,
): Promise<ListedPage<Document>> => {
  checkArguments(args)
  const { after, before, newestFirst } = args
  const backward = isBackward(args)
  const [cursor, field] = backward ? [before, 'before' as const] : [after, 'after' as const]
  const request: PageRequest = {
    first: askedLength(args),
    // What is before a cursor is read from there on, the other way round.
    direction: (newestFirst === true) === backward ? 'ascending' : 'descending',
    ...(isGiven(cursor) && { after: await place(cursor, field) }),
  }
  const page = read === null ? emptyPage : await read(request)
  return { args, page: backward ? { ...page, entries: page.entries.toReversed() } : page }
}

const checkArguments = (args: ListArguments): void => {
  const { first, last, after } = args
  for (const [field, value] of Object.entries({ first, last })) {
    if (!isGiven(value) || (value >= 1 && value <= maxFirst)) continue
    throw invalidInput(
      field,
      `${field} is ${value}: 1 to ${maxFirst} are accepted, ${defaultFirst} when it is left out`,
    )
  }
  if (isGiven(first) && isBackward(args))
    throw invalidInput('first', 'first goes with after, and last with before: give one of the pairs')
  if (isGiven(after) && isBackward(args))
    throw invalidInput('after', 'after goes with first, and before with last: give one of the pairs')
}
