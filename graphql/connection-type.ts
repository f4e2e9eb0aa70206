import type { Entry } from '../projections/ports/view-store.ts'
import type { ArgumentFields, ObjectRef, PageInfo, SchemaParts } from './builder.ts'
import { askedLength, defaultFirst, isBackward, type ListArguments, type ListedPage, maxFirst } from './connection.ts'
import type { ApiContext } from './context.ts'
import type { ListView } from './cursor.ts'
import { isGiven } from './input.ts'

export type ConnectionSpec<Document> = {
  /** `Instance` makes `InstanceConnection` and `InstanceEdge`. */
  readonly name: string
  readonly view: ListView
  readonly node: ObjectRef<Document>
}

/** The Relay types over one view. Cursors are made only where they are asked for. */
export const defineConnection = <Document>(
  { builder, PageInfo }: SchemaParts,
  { name, view, node }: ConnectionSpec<Document>,
) => {
  const Edge = builder.objectRef<Entry<Document>>(`${name}Edge`)
  const Connection = builder.objectRef<ListedPage<Document>>(`${name}Connection`)
  const cursorOf = ({ backend }: ApiContext, sortKey: string | undefined): string | null =>
    sortKey === undefined ? null : backend.cursors.encode(view, sortKey)

  Edge.implement({
    description: `One ${name} in a list, and its place there.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'Opaque. Pass it as `after` to go on behind this one.',
        resolve: ({ sortKey }, _args, { backend }) => backend.cursors.encode(view, sortKey),
      }),
      node: t.expose('document', { type: node, description: `The ${name}.` }),
    }),
  })
  Connection.implement({
    description: `A page of a list of ${name}s.`,
    fields: (t) => ({
      edges: t.field({
        type: [Edge],
        description: 'In the order of the list.',
        complexity: { field: 1, multiplier: 1 },
        resolve: ({ page }) => page.entries,
      }),
      nodes: t.field({
        type: [node],
        description: 'The same without cursors.',
        complexity: { field: 1, multiplier: 1 },
        resolve: ({ page }) => page.entries.map((entry) => entry.document),
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Whether there is more, and where to go on.',
        resolve: ({ page, args }, _args, context): PageInfo => {
          const [first, last] = [page.entries[0]?.sortKey, page.entries.at(-1)?.sortKey]
          // Where a filter let nothing through, the next page still begins behind what was looked at.
          return isBackward(args)
            ? {
                hasNextPage: isGiven(args.before),
                hasPreviousPage: page.next !== null,
                startCursor: cursorOf(context, page.next ?? first),
                endCursor: cursorOf(context, last),
              }
            : {
                hasNextPage: page.next !== null,
                hasPreviousPage: isGiven(args.after),
                startCursor: cursorOf(context, first),
                endCursor: cursorOf(context, page.next ?? last),
              }
        },
      }),
      totalCount: t.int({
        nullable: true,
        description: 'How many there are in the whole list. Null where a filter would have to look at each of them.',
        resolve: ({ page }) => page.total?.() ?? null,
      }),
    }),
  })
  return { Edge, Connection }
}

export const addPageInfo = ({ PageInfo }: SchemaParts): void => {
  PageInfo.implement({
    description: 'Where a page of a list stands.',
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', {
        description:
          'There is more behind `endCursor`: a page may be shorter than asked for, and still not the last. For a page before a cursor: true.',
      }),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
        description:
          'The page did not begin at the start. For a page asked for with `last`: there is more before `startCursor`.',
      }),
      startCursor: t.exposeString('startCursor', {
        nullable: true,
        description: 'Pass it as `before` for the page before. Null when the page is empty.',
      }),
      endCursor: t.exposeString('endCursor', {
        nullable: true,
        description: 'Pass it as `after` for the next page. Null when the page is empty and the last.',
      }),
    }),
  })
}

/** The arguments of every list. */
export const listArguments = (t: ArgumentFields) => ({
  first: t.int({
    description: `How many from the start, or behind \`after\`: 1 to ${maxFirst}; ${defaultFirst} if neither this nor \`last\` is given.`,
  }),
  after: t.string({
    description: 'A cursor of the same list: begin behind it. Others are refused with `INVALID_INPUT`.',
  }),
  last: t.int({ description: `How many from the end, or before \`before\`: 1 to ${maxFirst}. Not with \`first\`.` }),
  before: t.string({ description: 'A cursor of the same list: end before it. Not with `after`.' }),
  newestFirst: t.boolean({
    required: true,
    defaultValue: false,
    description: 'Newest first; else oldest first. Cursors go on in the same direction.',
  }),
})

/** A list costs what its documents cost, as many times as are asked for. */
export const listComplexity = (args: ListArguments) => ({
  field: 1,
  multiplier: Math.min(Math.max(askedLength(args), 1), maxFirst),
})
