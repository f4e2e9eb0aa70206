import type { deadLetterCategory } from '../../domain/dead-letter/index.ts'
import type { EventMetadata } from '../../domain/metadata.ts'
import type { DeadLetterDocument } from '../documents.ts'
import { defineProjection } from '../projection.ts'

export const deadLettersProjection = defineProjection<DeadLetterDocument, typeof deadLetterCategory>({
  view: 'dead-letters',
  version: 1,
  keysOf: ({ data }) => [data.letterId],
  on: {
    DeadLetterReplayed: (document, { data, metadata }) =>
      document ?? { id: data.letterId, status: 'REPLAYED', ...resolution(metadata) },
    DeadLetterDropped: (document, { data, metadata }) =>
      document ?? { id: data.letterId, status: 'DROPPED', ...resolution(metadata) },
  },
  entries: () => [],
})

const resolution = ({ at, actor }: EventMetadata) => ({ resolvedAt: at, resolvedBy: actor })
