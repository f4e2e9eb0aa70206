import type { GraphQLSchema } from 'graphql'
import { createSchemaParts } from './builder.ts'
import { addPageInfo } from './connection-type.ts'
import { createMutations } from './mutation.ts'
import { addBackup } from './nouns/backup.ts'
import { addConfiguration } from './nouns/configuration.ts'
import { addDatastore } from './nouns/datastore.ts'
import { addDeadLetter } from './nouns/dead-letter.ts'
import { addEvent } from './nouns/event.ts'
import { addFlavor } from './nouns/flavor.ts'
import { addHost } from './nouns/host.ts'
import { addInstance } from './nouns/instance.ts'
import { addInstanceCommands } from './nouns/instance-commands.ts'
import { addJoinToken } from './nouns/join-token.ts'
import { addNode } from './nouns/node.ts'
import { addOperation } from './nouns/operation.ts'
import { addParameter } from './nouns/parameter.ts'
import { addQuota } from './nouns/quota.ts'
import { addRefusal } from './nouns/refusal.ts'
import { addSchedule } from './nouns/schedule.ts'
import { addToken } from './nouns/token.ts'
import { addUnreadableEvent } from './nouns/unreadable-event.ts'
import { addValues } from './nouns/values.ts'
import { addViewer } from './nouns/viewer.ts'
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
  addViewer(parts)
  addNode(parts)
  addInstance(parts)
  addInstanceCommands(parts, mutations)
  addOperation(parts, mutations)
  addDatastore(parts, mutations)
  addParameter(parts)
  addConfiguration(parts, mutations)
  addFlavor(parts, mutations)
  addEvent(parts)
  addHost(parts, mutations)
  addJoinToken(parts, mutations)
  addQuota(parts, mutations)
  addBackup(parts, mutations)
  addSchedule(parts, mutations)
  addToken(parts, mutations)
  addDeadLetter(parts, mutations)
  addUnreadableEvent(parts, mutations)
  return parts.builder.toSchema({ sortSchema: true })
}
