import type { PageRequest } from '../projections/page.ts'
import { invalidInput } from './errors.ts'
import { isGiven } from './input.ts'

/** What a list is asked for: `first` 1 to 500, 50 if absent; `after` a cursor of the same list; oldest first unless told. */
export type ListArguments = {
  readonly first?: number | null
  readonly after?: string | null
  readonly newestFirst?: boolean | null
}

export const defaultFirst = 50
export const maxFirst = 500

/** The page that is asked for. `place` finds the sort key in a cursor. Throws `INVALID_INPUT` for a `first` out of range. */
export const pageRequest = async (
  { first, after, newestFirst }: ListArguments,
  place: (cursor: string) => Promise<string>,
): Promise<PageRequest> => ({
  first: checkedFirst(first),
  direction: newestFirst ? 'descending' : 'ascending',
  ...(isGiven(after) && { after: await place(after) }),
})

const checkedFirst = (first: number | null | undefined): number => {
  if (!isGiven(first)) return defaultFirst
  if (first >= 1 && first <= maxFirst) return first
  throw invalidInput('first', `first is ${first}: 1 to ${maxFirst} are accepted, ${defaultFirst} when it is left out`)
}
