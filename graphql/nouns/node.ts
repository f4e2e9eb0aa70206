import { tryParsePlace } from '../../domain/dead-letter/place.ts'
import {
  flavorIdSchema,
  hostIdSchema,
  instanceIdSchema,
  joinTokenIdSchema,
  operationIdSchema,
} from '../../domain/ids.ts'
import type { SchemaParts } from '../builder.ts'
import type { ApiContext } from '../context.ts'
import { invalidInput } from '../errors.ts'
import { tryParseId } from '../ids.ts'
import { visible, visibleBackup, visibleConfiguration, visibleSchedule, visibleToken } from '../visible.ts'
import { readOneDeadLetter } from './dead-letter-page.ts'
import { findEvent } from './event-id.ts'

const maxIds = 100

/**
 * Relay's object identification. All kinds are asked for an id, at once and whatever the answer, so that an object of another project
 * is answered like one that does not exist, in the same time.
 */
export const addNode = ({ builder, Node }: SchemaParts): void => {
  /** An object does not say what it is. Each was found by the finder of its kind. */
  const kinds = new WeakMap<object, NodeKind>()
  Node.implement({
    description: 'An object with an id of its own, which finds it again.',
    fields: (t) => ({
      id: t.id({
        description: 'Of no other object of any kind.',
        resolve: (node) => String(Reflect.get(node, 'id')),
      }),
    }),
    resolveType: (node) => kinds.get(node),
  })

  const find = async (context: ApiContext, id: string): Promise<object | null> => {
    const found = await Promise.all(nodeKinds.map(async (kind) => [kind, await finders[kind](context, id)] as const))
    for (const [kind, node] of found) {
      if (node === null) continue
      kinds.set(node, kind)
      return node
    }
    return null
  }

  builder.queryField('node', (t) =>
    t.field({
      type: Node,
      nullable: true,
      args: { id: t.arg.id({ required: true, description: 'The id of any object.' }) },
      description: 'The object with this id. Null if it does not exist or the caller may not see it.',
      resolve: (_root, { id }, context) => find(context, id),
    }),
  )
  builder.queryField('nodes', (t) =>
    t.field({
      type: [Node],
      nullable: { list: false, items: true },
      args: { ids: t.arg.idList({ required: true, description: `The ids of any objects, at most ${maxIds}.` }) },
      complexity: ({ ids }) => ({ field: 1, multiplier: Math.min(ids.length, maxIds) }),
      description: 'The objects with these ids, in their order. Null for each that `node` would be null for.',
      resolve: (_root, { ids }, context) => {
        if (ids.length > maxIds)
          throw invalidInput('ids', `there are ${ids.length} ids: at most ${maxIds} are accepted at a time`)
        return Promise.all(ids.map((id) => find(context, id)))
      },
    }),
  )
}

const finders = {
  Instance: visible(instanceIdSchema, ({ loadInstance }, id) => loadInstance(id)),
  Operation: visible(operationIdSchema, ({ loadOperation }, id) => loadOperation(id)),
  Backup: visibleBackup,
  Token: visibleToken,
  Configuration: visibleConfiguration,
  Schedule: visibleSchedule,
  Host: async ({ session, loadHost }, id) => {
    const hostId = tryParseId(hostIdSchema, id)
    const host = hostId && (await loadHost(hostId))
    return session.isAdmin ? host : null
  },
  JoinToken: async ({ session, backend }, id) => {
    const tokenId = tryParseId(joinTokenIdSchema, id)
    const token = tokenId && (await backend.views.joinToken(tokenId))
    return session.isAdmin ? token : null
  },
  Flavor: async ({ backend }, id) => {
    const flavorId = tryParseId(flavorIdSchema, id)
    return flavorId && backend.views.flavor(flavorId)
  },
  Event: findEvent,
  DeadLetter: async ({ session, backend }, id) => {
    const place = session.isAdmin ? tryParsePlace(id) : null
    return place && readOneDeadLetter(backend, place)
  },
} as const satisfies Readonly<Record<string, (context: ApiContext, id: string) => Promise<object | null>>>

type NodeKind = keyof typeof finders
// Its keys are no others.
const nodeKinds = Object.keys(finders) as readonly NodeKind[]
