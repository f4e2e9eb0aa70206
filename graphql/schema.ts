import type { GraphQLSchema } from 'graphql'
import { createSchemaParts } from './builder.ts'
import { addPageInfo } from './connection-type.ts'
import { createMutations } from './mutation.ts'
import type { FindNode, Noun } from './noun.ts'
import { addNode } from './nouns/node.ts'
import { addRefusal } from './nouns/refusal.ts'
import { allNouns } from './nouns/registry.ts'
import { addValues } from './nouns/values.ts'
import { addScalars } from './scalars.ts'

/** The whole API as one schema. Resolvers find everything they need in the context. */
export const createSchema = (): GraphQLSchema => {
  const parts = createSchemaParts()
  parts.builder.queryType({
    description: 'What can be read. Reads come from views that follow the log within milliseconds.',
  })
  parts.builder.mutationType({ description: 'What can be done. Refusals are results, not errors.' })
  parts.builder.subscriptionType({ description: 'What can be followed, over SSE or WebSocket (graphql-transport-ws).' })

  const mutations = createMutations(parts)
  addScalars(parts)
  addValues(parts)
  addRefusal(parts)
  addPageInfo(parts)
  addNode(parts, findersOf(allNouns))
  for (const noun of allNouns) noun.add(parts, mutations)
  return parts.builder.toSchema({ sortSchema: true })
}

/** By the names of types. */
export const findersOf = (nouns: readonly Noun[]): ReadonlyMap<string, FindNode> =>
  new Map(nouns.flatMap(({ nodes = {} }) => Object.entries(nodes)))
