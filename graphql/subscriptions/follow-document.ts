import { isDeepStrictEqual } from 'node:util'
import type { ApiContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { openSubscription } from './open.ts'

export type FollowedDocument<Document> = {
  /** Null: there is none, or the caller may not see it. */
  readonly find: () => Promise<Document | null>
  readonly watch: (document: Document, signal: AbortSignal) => AsyncIterable<Document>
  /** After this state nothing more will happen: the subscription ends. */
  readonly isLast: (document: Document) => boolean
  /** What an absent one is called in the error. */
  readonly noun: string
}

/**
 * The document as it is, then every later state of it; states that follow quickly may come as one, the newest always comes, and none
 * comes twice. Throws `NOT_FOUND` for an absent document and for one of another project alike.
 */
export const followDocument = <Document>(
  context: ApiContext,
  { find, watch, isLast, noun }: FollowedDocument<Document>,
): AsyncIterableIterator<Document> =>
  openSubscription(context, async function* states(signal) {
    const present = await find()
    if (present === null) throw new ApiError('NOT_FOUND', `there is no such ${noun}`)
    let last: Document | null = null
    for await (const state of watch(present, signal)) {
      if (isDeepStrictEqual(state, last)) continue
      last = state
      yield state
      if (isLast(state)) return
    }
  })
