import { excludeEvent } from '../../commands/public/exclude-event.ts'
import type { Actor as ActorDocument } from '../../domain/metadata.ts'
import { type UnreadableDocument, unreadableKey } from '../../projections/views/unreadable.ts'
import type { SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import { cursorPlace } from '../cursor.ts'
import type { Mutations } from '../mutation.ts'
import type { FindNode, Noun } from '../noun.ts'
import { requireAdmin } from '../pipeline/tenancy.ts'

type Exclusion = { readonly at: string; readonly by: ActorDocument; readonly note: string }

const addUnreadableEvent = (parts: SchemaParts, { result, mutation }: Mutations): void => {
  addList(parts)
  mutation(excludeEvent, result(excludeEvent.answer, { became: '`excludeEvent`', readsBack: {} }))
}

const addList = (parts: SchemaParts): void => {
  const { builder, Actor, Node, UnreadableReason } = parts
  const EventExclusion = builder.objectRef<Exclusion>('EventExclusion').implement({
    description: 'Somebody declared an event left out.',
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', description: 'When.' }),
      by: t.expose('by', { type: Actor, description: 'Who: an administrator, or a part of Coffer.' }),
      note: t.exposeString('note', { description: 'Why, in their words.' }),
    }),
  })
  const UnreadableEvent = builder.objectRef<UnreadableDocument>('UnreadableEvent').implement({
    interfaces: [Node],
    description: 'An event that this version cannot read. Commands on its stream are refused until it is left out.',
    fields: (t) => ({
      id: t.id({
        description: 'Its stream and its revision there, such as `flavor-small/3`.',
        resolve: ({ stream, revision }) => unreadableKey(stream, revision),
      }),
      eventId: t.exposeID('id', { description: 'UUID. The same in every copy of the log.' }),
      stream: t.exposeString('stream', { description: 'Where it lies, such as `flavor-small`.' }),
      revision: t.exposeInt('revision', { description: 'Its number within the stream, from 0.' }),
      type: t.exposeString('type', { description: 'As it is stored.' }),
      reason: t.expose('reason', { type: UnreadableReason, description: 'Stable: switch on it.' }),
      detail: t.exposeString('detail', { description: 'For a person. Names fields, never what is in them.' }),
      excluded: t.expose('excluded', {
        type: EventExclusion,
        nullable: true,
        description: 'Set once it is left out.',
      }),
    }),
  })
  const { Connection } = defineConnection(parts, {
    name: 'UnreadableEvent',
    view: 'unreadable',
    node: UnreadableEvent,
  })
  builder.queryField('unreadableEvents', (t) =>
    t.field({
      type: Connection,
      args: listArguments(t.arg),
      complexity: listComplexity,
      description:
        'Admins only; others are answered with the error `FORBIDDEN`. The events of the log that this version cannot read, oldest first.',
      resolve: async (_root, args, { session, backend }) => {
        requireAdmin(session, 'the list of unreadable events')
        return listPage(args, cursorPlace(backend.cursors, 'unreadable'), backend.views.unreadableEvents)
      },
    }),
  )
}

const findUnreadableEvent: FindNode = async ({ session, backend }, id) => {
  const event = await backend.views.unreadableEvent(id)
  return session.isAdmin ? event : null
}

export const unreadableEventNoun: Noun = {
  nodes: { UnreadableEvent: findUnreadableEvent },
  add: addUnreadableEvent,
}
