import type { RefusedCommand } from '../../commands/ports/refusals.ts'
import { actorName } from '../../domain/metadata.ts'
import { allOf, type Matcher, only } from '../../projections/matching.ts'
import { walkList } from '../../projections/page.ts'
import type { SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import { cursorPlace } from '../cursor.ts'
import { isGiven } from '../input.ts'
import type { FindNode, Noun } from '../noun.ts'
import { scopeOf, visibleTo } from '../pipeline/tenancy.ts'
import { type MadeInput, madeWithin } from './made-within.ts'

type FilterInput = MadeInput & {
  readonly actor?: string | null | undefined
  readonly command?: string | null | undefined
  readonly code?: string | null | undefined
  readonly projectId?: string | null | undefined
}

const addRefusedCommand = (parts: SchemaParts): void => {
  const { builder, Actor, EventRequest, Node } = parts
  const RefusedCommand = builder.objectRef<RefusedCommand>('RefusedCommand').implement({
    interfaces: [Node],
    description:
      'A command that was refused: who tried what, and why not. Nothing of its input is kept but what it was about.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Of no other object of any kind.' }),
      at: t.expose('at', { type: 'DateTime', description: 'When.' }),
      actor: t.expose('actor', { type: Actor, description: 'Who tried.' }),
      projectId: t.exposeID('projectId', { description: 'The project of whoever tried.' }),
      command: t.exposeString('command', { description: 'Such as `CreateInstance`.' }),
      target: t.exposeID('target', {
        nullable: true,
        description: 'The id of what it was to change, as it was given. Null where it named none.',
      }),
      code: t.exposeString('code', { description: 'Stable: the code of the refusal.' }),
      message: t.exposeString('message', {
        nullable: true,
        description: 'The message of the refusal. Null where it is about a field that holds a secret.',
      }),
      field: t.exposeString('field', { nullable: true, description: 'The field of the input at fault.' }),
      request: t.expose('request', {
        type: EventRequest,
        nullable: true,
        description: 'The request that brought it.',
      }),
    }),
  })
  const Filter = builder.inputType('RefusedCommandFilter', {
    description: 'All that is given must hold.',
    fields: (t) => ({
      actor: t.string({ description: 'Tried by an actor of this name, such as `token:<id>`.' }),
      command: t.string({ description: 'This command, such as `CreateInstance`.' }),
      code: t.string({ description: 'Refused with this code, such as `FORBIDDEN`.' }),
      since: t.field({ type: 'DateTime', description: 'Refused at this moment or later.' }),
      until: t.field({ type: 'DateTime', description: 'Refused before this moment.' }),
      projectId: t.id({ description: 'Admins only: of this project. Admins see all projects without it.' }),
    }),
  })
  const { Connection } = defineConnection(parts, { name: 'RefusedCommand', view: 'refusals', node: RefusedCommand })
  builder.queryField('refusedCommands', (t) =>
    t.field({
      type: Connection,
      args: { filter: t.arg({ type: Filter, description: 'Which ones.' }), ...listArguments(t.arg) },
      complexity: listComplexity,
      description:
        'Commands of the project that were refused, oldest first. Kept beside the log: for as many days as `COFFER_REFUSALS_KEPT_DAYS` says, and the first 1000 of a project each day.',
      resolve: (_root, { filter, ...args }, { backend, session }) => {
        const { projectId } = scopeOf(session, filter?.projectId, 'filter.projectId')
        const matches = refusalMatcher(filter ?? {})
        return listPage(args, cursorPlace(backend.cursors, 'refusals'), (request) =>
          walkList((range) => backend.refusals.list(projectId, range), request, matches),
        )
      },
    }),
  )
}

const refusalMatcher = (filter: FilterInput): Matcher<RefusedCommand> => {
  const { since, until } = madeWithin(filter)
  const given = (value: string | null | undefined) => (isGiven(value) ? value : undefined)
  return allOf<RefusedCommand>(
    only(given(filter.actor), ({ actor }) => actorName(actor)),
    only(given(filter.command), ({ command }) => command),
    only(given(filter.code), ({ code }) => code as string),
    since !== undefined && (({ at }) => at >= since),
    until !== undefined && (({ at }) => at < until),
  )
}

const visibleRefusedCommand: FindNode = async ({ backend, session }, id) =>
  visibleTo(session, await backend.refusals.find(id))

export const refusedCommandNoun: Noun = { add: addRefusedCommand, nodes: { RefusedCommand: visibleRefusedCommand } }
