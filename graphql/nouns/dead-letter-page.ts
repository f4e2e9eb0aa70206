import type { DeadLetter, DeadLetterPage, DeadLetters } from '../../commands/ports/dead-letters.ts'
import { type DeadLetterPlace, formatPlace, tryParsePlace } from '../../domain/dead-letter/place.ts'
import { isCofferTopic } from '../../domain/guest/topics.ts'
import type { Page, PageRequest } from '../../projections/page.ts'
import type { Entry } from '../../projections/ports/view-store.ts'
import type { Views } from '../../projections/queries.ts'
import type { DeadLetterDocument } from '../../projections/views/dead-letters.ts'

/** A parked message, and what was decided about it: null while nothing was. */
export type ListedLetter = { readonly letter: DeadLetter; readonly resolution: DeadLetterDocument | null }

export type DeadLetterFilter = {
  /** Absent: of all topics of Coffer. */
  readonly topic?: string
  /** Those that were replayed or dropped, too. */
  readonly includeResolved: boolean
}

type Resolutions = Pick<Views, 'deadLettersById'>

export type DeadLetterSources = { readonly deadLetters: DeadLetters; readonly views: Resolutions }

/** How many letters are looked at for one page, done with or not, and how much text of them: a page has to fit into memory. */
const maxScanned = 2_000
const maxScannedChars = 16_000_000
const maxReadLength = 500

/**
 * One page over all topics: topic after topic in the order of their names, each in the order of its places; or all of that the other way
 * round. A sort key is a place as text.
 */
export const readDeadLetterPage = async (
  sources: DeadLetterSources,
  filter: DeadLetterFilter,
  { first, after, direction = 'ascending' }: PageRequest,
): Promise<Page<ListedLetter>> => {
  const begin = after === undefined ? null : tryParsePlace(after)
  const entries: Entry<ListedLetter>[] = []
  let seen: DeadLetterPlace | null = begin
  let scanned = 0
  let scannedChars = 0
  for (const topic of await topicsFrom(sources.deadLetters, filter, direction, begin)) {
    let from: DeadLetterPlace | null = begin?.topic === topic ? begin : null
    do {
      const isFull = entries.length >= first || scanned >= maxScanned || scannedChars >= maxScannedChars
      const limit = Math.min(maxReadLength, isFull ? 1 : first - entries.length)
      const page: DeadLetterPage = await sources.deadLetters.read(topic, {
        direction,
        limit,
        ...(from && { after: from }),
      })
      // There is more, behind what was looked at so far.
      if (isFull && page.letters.length > 0) return pageOf(entries, seen, false)
      const listed = await withResolutions(sources.views, page.letters)
      entries.push(...listed.filter(({ resolution }) => filter.includeResolved || resolution === null).map(toEntry))
      scanned += page.letters.length
      for (const { message } of page.letters) scannedChars += message.value.length
      seen = page.letters.at(-1)?.place ?? seen
      from = page.next
    } while (from !== null)
  }
  return pageOf(entries, seen, true)
}

/** The letter at a place; null where none of Coffer's is. */
export const readOneDeadLetter = async (
  { deadLetters, views }: DeadLetterSources,
  place: DeadLetterPlace,
): Promise<ListedLetter | null> => {
  const letter = isCofferTopic(place.topic) ? await deadLetters.get(place) : null
  if (letter === null) return null
  const [listed] = await withResolutions(views, [letter])
  return listed ?? null
}

const topicsFrom = async (
  deadLetters: DeadLetters,
  { topic: only }: DeadLetterFilter,
  direction: 'ascending' | 'descending',
  begin: DeadLetterPlace | null,
): Promise<readonly string[]> => {
  const all = (await deadLetters.topics()).filter(
    (topic) => isCofferTopic(topic) && (only === undefined || topic === only),
  )
  if (direction === 'ascending') return all.filter((topic) => begin === null || topic >= begin.topic)
  return all.filter((topic) => begin === null || topic <= begin.topic).toReversed()
}

const withResolutions = async (
  views: Resolutions,
  letters: readonly DeadLetter[],
): Promise<readonly ListedLetter[]> => {
  if (letters.length === 0) return []
  const resolutions = await views.deadLettersById(letters.map(({ id }) => id))
  return letters.map((letter, index) => ({ letter, resolution: resolutions[index] ?? null }))
}

const toEntry = (document: ListedLetter): Entry<ListedLetter> => {
  const key = formatPlace(document.letter.place)
  return { key, document, sortKey: key }
}

const pageOf = (
  entries: readonly Entry<ListedLetter>[],
  seen: DeadLetterPlace | null,
  isLast: boolean,
): Page<ListedLetter> => {
  const seenTo = seen && formatPlace(seen)
  return { entries, next: isLast ? null : seenTo, seenTo }
}
