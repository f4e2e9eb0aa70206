import type { GraphQLSchema } from 'graphql'
import { createSchemaParts } from './builder.ts'
import { addPageInfo } from './connection-type.ts'
import { addCreateInstance } from './create-instance.ts'
import { addDatastore } from './datastore.ts'
import { addDeadLetter } from './dead-letter.ts'
import { addEvent } from './event.ts'
import { addFlavor } from './flavor.ts'
import { addHost } from './host.ts'
import { addInstance } from './instance.ts'
import { addInstanceCommands } from './instance-commands.ts'
import { defineAccepted } from './mutation.ts'
import { addNode } from './node.ts'
import { addOperation } from './operation.ts'
import { addQuota } from './quota.ts'
import { addRefusal } from './refusal.ts'
import { addScalars } from './scalars.ts'
import { addToken } from './token.ts'
import { addUnreadableEvent } from './unreadable-event.ts'
import { addValues } from './values.ts'
import { addViewer } from './viewer.ts'

/** The whole API as one schema. Resolvers find everything they need in the context. */
export const createSchema = (): GraphQLSchema => {
  const parts = createSchemaParts()
  parts.builder.queryType({
    description: 'What can be read. Reads come from views that follow the log within milliseconds.',
  })
  parts.builder.mutationType({ description: 'What can be done. Refusals are results, not errors.' })
  parts.builder.subscriptionType({ description: 'What can be followed, over SSE or WebSocket (graphql-transport-ws).' })

  const Accepted = defineAccepted(parts)
  addScalars(parts)
  addValues(parts)
  addRefusal(parts)
  addPageInfo(parts)
  addViewer(parts)
  addNode(parts)
  addInstance(parts)
  addCreateInstance(parts, Accepted)
  addInstanceCommands(parts, Accepted)
  addOperation(parts, Accepted)
  addDatastore(parts, Accepted)
  addFlavor(parts, Accepted)
  addEvent(parts)
  addHost(parts)
  addQuota(parts, Accepted)
  addToken(parts, Accepted)
  addDeadLetter(parts, Accepted)
  addUnreadableEvent(parts, Accepted)
  return parts.builder.toSchema({ sortSchema: true })
}
