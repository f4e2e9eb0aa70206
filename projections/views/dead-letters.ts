import type { deadLetterCategory } from '../../domain/dead-letter/index.ts'
import type { EventMetadata } from '../../domain/metadata.ts'
import type { DeadLetterDocument } from '../documents.ts'
import { defineView } from '../projection.ts'

export const deadLettersProjection = defineView<DeadLetterDocument, typeof deadLetterCategory, 'dead-letters'>({
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

const resolution = ({ at, actor }: EventMetadata) => ({ resolvedAt: at, resolvedBy: actor })
