import { contextAsOf } from '../as-of.ts'
import type { SchemaParts } from '../builder.ts'
import type { ApiContext } from '../context.ts'
import { invalidInput } from '../errors.ts'
import type { FindNode } from '../noun.ts'

const maxIds = 100

/**
 * Relay's object identification. All kinds are asked for an id, at once and whatever the answer, so that an object of another project
 * is answered like one that does not exist, in the same time. `finders`: by the names of the types that are a `Node`.
 */
export const addNode = ({ builder, Node }: SchemaParts, finders: ReadonlyMap<string, FindNode>): void => {
  /** An object does not say what it is. Each was found by the finder of its kind. */
  const kinds = new WeakMap<object, string>()
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
    const found = await Promise.all(
      Array.from(finders, async ([kind, finder]) => [kind, await finder(context, id)] as const),
    )
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
  // Not an argument of `node`, which is to have the id alone: clients of Relay refuse the schema else.
  builder.queryField('nodeAt', (t) =>
    t.field({
      type: Node,
      nullable: true,
      args: {
        id: t.arg.id({ required: true, description: 'The id of any object.' }),
        asOf: t.arg({
          type: 'DateTime',
          required: true,
          description: 'At which moment. What it refers to is shown as it is now.',
        }),
      },
      description:
        'The object with this id as it was, read from the log. Null as with `node`, or if it was not there yet.',
      resolve: (_root, { id, asOf }, context) => find(contextAsOf(context, asOf), id),
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
