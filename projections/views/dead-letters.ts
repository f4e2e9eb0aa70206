import type { DeadLetterId } from '../../domain/dead-letter/id.ts'
import type { deadLetterCategory } from '../../domain/dead-letter/index.ts'
import type { DeadLetterStatus } from '../../domain/dead-letter/state.ts'
import type { Actor, EventMetadata } from '../../domain/metadata.ts'
import { defineFold } from '../projection.ts'
import { defineView } from '../view.ts'

/**
 * What became of a message that was parked, once an admin has decided: the message itself is on the bus. Key: the id. Only ever looked up,
 * so it stands in no list.
 */
export type DeadLetterDocument = {
  readonly id: DeadLetterId
  readonly status: Exclude<DeadLetterStatus, 'OPEN'>
  readonly resolvedAt: string
  readonly resolvedBy: Actor
}

const fold = defineFold<DeadLetterDocument, typeof deadLetterCategory>()({
  view: 'dead-letters',
  version: 1,
  keysOf: ({ data }) => [data.letterId],
  on: {
    DeadLetterReplayed: (document, { data, metadata }) =>
      document ?? { id: data.letterId, status: 'REPLAYED', ...resolution(metadata) },
    DeadLetterDropped: (document, { data, metadata }) =>
      document ?? { id: data.letterId, status: 'DROPPED', ...resolution(metadata) },
  },
  lists: {},
  sortKey: ({ id }) => id,
})

export const deadLettersView = defineView(fold, ({ getMany }) => ({
  /** What was decided about parked messages, in the order of the ids; null where nothing was. */
  deadLettersById: (ids: readonly DeadLetterId[]) => getMany(ids),
}))

const resolution = ({ at, actor }: EventMetadata) => ({ resolvedAt: at, resolvedBy: actor })
