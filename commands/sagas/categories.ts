import { datastoreCategory } from '../../domain/datastore/stream.ts'
import { deadLetterCategory } from '../../domain/dead-letter/stream.ts'
import { flavorCategory } from '../../domain/flavor/stream.ts'
import { hostCategory } from '../../domain/host/stream.ts'
import { instanceCategory } from '../../domain/instance/stream.ts'
import { operationCategory } from '../../domain/operation/stream.ts'
import { projectCategory } from '../../domain/project/stream.ts'
import { requestCategory } from '../../domain/request/stream.ts'
import { tokenCategory } from '../../domain/token/stream.ts'

/** The streams whose events are published: all aggregates, and nothing that holds keys. */
export const relayedCategories = [
  instanceCategory,
  operationCategory,
  projectCategory,
  hostCategory,
  flavorCategory,
  datastoreCategory,
  tokenCategory,
  requestCategory,
  deadLetterCategory,
] as const
