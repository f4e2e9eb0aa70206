import type { AuditDocument, AuditFault } from '../../projections/audit-entry.ts'
import type { SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import { cursorPlace } from '../cursor.ts'
import type { Noun } from '../noun.ts'
import { visibleTo } from '../pipeline/tenancy.ts'
import { followEvents } from '../subscriptions/follow-events.ts'
import { causalityOf } from './event-causality.ts'
import { eventFilter } from './event-filter.ts'
import { eventNodeId, findEvent } from './event-id.ts'
import { isVisibleEvent } from './event-place.ts'

/** What a chain of events costs to find, and how many of them it is taken to have. */
const chainCost = 300
const chainLength = 20

const addEvent = (parts: SchemaParts): void => {
  addEventType(parts)
  const { builder, Event, Role } = parts
  const { Connection, Edge } = defineConnection(parts, { name: 'Event', view: 'events', node: Event })
  const Filter = builder.inputType('EventFilter', {
    description: 'All that is given must hold.',
    fields: (t) => ({
      instanceId: t.id({ description: 'Of this instance.' }),
      operationId: t.id({ description: 'Of this operation.' }),
      types: t.stringList({ description: 'One of these types, such as `InstanceProvisioned`.' }),
      actor: t.string({ description: 'Caused by an actor of this name, such as `token:<id>`.' }),
      role: t.field({ type: Role, description: 'Caused by a user whose most powerful role this is.' }),
      command: t.string({
        description: 'What this command led to at once, such as `CreateInstance`. Noted from 0.3 on.',
      }),
      hostId: t.id({ description: 'Admins only: concerning this host, or caused by its agent.' }),
      since: t.field({ type: 'DateTime', description: 'Happened at this moment or later.' }),
      until: t.field({ type: 'DateTime', description: 'Happened before this moment.' }),
      projectId: t.id({ description: 'Admins only: of this project. Admins see everything without it.' }),
    }),
  })

  builder.queryField('events', (t) =>
    t.field({
      type: Connection,
      args: { filter: t.arg({ type: Filter, description: 'Which ones.' }), ...listArguments(t.arg) },
      complexity: listComplexity,
      description:
        'The audit log: what happened to everything of the project, oldest first. Nothing in it is ever changed or removed.',
      resolve: async (_root, { filter: input, ...args }, context) => {
        const filter = await eventFilter(context, input ?? {})
        const place = cursorPlace(context.backend.cursors, 'events', (sortKey) => isVisibleEvent(context, sortKey))
        return listPage(args, place, filter && ((request) => context.backend.views.events(filter, request)))
      },
    }),
  )

  builder.subscriptionField('events', (t) =>
    t.field({
      type: Edge,
      args: {
        filter: t.arg({ type: Filter, description: 'Which ones.' }),
        after: t.arg.string({
          description:
            'The cursor of the last event seen: goes on behind it, without a gap and without a repeat. Begins with the next event if left out.',
        }),
      },
      description: 'Events of the project in order, as they happen.',
      subscribe: (_root, { filter, after }, context) => followEvents(context, filter ?? {}, after ?? null),
      resolve: (entry) => entry,
    }),
  )
}

const addEventType = ({
  builder,
  Actor,
  Event,
  EventRequest,
  Instance,
  Node,
  Operation,
  UnreadableReason,
}: SchemaParts): void => {
  const EventFault = builder.objectRef<AuditFault>('EventFault').implement({
    description: 'Why an event cannot be shown.',
    fields: (t) => ({
      reason: t.expose('reason', { type: UnreadableReason, description: 'Stable: switch on it.' }),
      detail: t.exposeString('detail', { description: 'For a person. Names fields, never what is in them.' }),
    }),
  })
  EventRequest.implement({
    description: 'The request that a command came in.',
    fields: (t) => ({
      id: t.exposeString('id', { description: "The `X-Request-Id` of its answer, and of the server's own log." }),
      network: t.exposeString('network', {
        nullable: true,
        description:
          'Where it came from: the /24 or /48 of the address that connected, which may be a proxy. Null where it came over no socket.',
      }),
      client: t.exposeString('client', {
        nullable: true,
        description: 'The program that sent it, such as `coffer/0.3.0`: the first product of its `User-Agent`.',
      }),
    }),
  })
  Event.implement({
    interfaces: [Node],
    description: 'Something that happened, as it was written down. Secrets, sealed or hashed, are left out.',
    fields: (t) => ({
      id: t.id({
        description: 'Finds it again. Opaque.',
        resolve: ({ position }, _args, context) => eventNodeId(context, position),
      }),
      eventId: t.exposeID('id', {
        description: 'UUID. The same in every copy of the log, and what `causationId` of other events names.',
      }),
      type: t.exposeString('type', { description: 'Stable, such as `InstanceProvisioned`.' }),
      stream: t.exposeString('stream', { description: 'What it happened to, such as `instance-<id>`.' }),
      revision: t.exposeInt('revision', { description: 'Its number within the stream, from 0.' }),
      at: t.expose('at', {
        type: 'DateTime',
        nullable: true,
        description: 'When it happened. Null where it cannot be read.',
      }),
      actor: t.expose('actor', {
        type: Actor,
        nullable: true,
        description: 'Who caused it. Null where it cannot be read.',
      }),
      projectId: t.exposeID('projectId', { nullable: true, description: 'Whose it is, where that can be said.' }),
      instanceId: t.exposeID('instanceId', { nullable: true, description: 'The instance it is about.' }),
      instance: t.field({
        type: Instance,
        nullable: true,
        description: 'The instance it is about, as it is now.',
        resolve: ({ instanceId }, _args, { session, loadInstance }) =>
          instanceId === null ? null : loadInstance(instanceId).then((instance) => visibleTo(session, instance)),
      }),
      operationId: t.exposeID('operationId', { nullable: true, description: 'The operation it belongs to.' }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'The operation it belongs to, as it is now.',
        resolve: ({ operationId }, _args, { session, loadOperation }) =>
          operationId === null ? null : loadOperation(operationId).then((operation) => visibleTo(session, operation)),
      }),
      commandId: t.exposeID('commandId', {
        nullable: true,
        description: 'The command that led to it. Null where it cannot be read.',
      }),
      causationId: t.exposeID('causationId', {
        nullable: true,
        description: 'The message handled when it was made. Null where it cannot be read.',
      }),
      command: t.exposeString('command', {
        nullable: true,
        description:
          'The command that it follows from at once, such as `CreateInstance`. Null where it follows from another event, and for those before 0.3.',
      }),
      request: t.field({
        type: EventRequest,
        nullable: true,
        description:
          "The request that brought the command. Null where there was none, where it is of another project's user, and for those before 0.3.",
        resolve: ({ request, actor }, _args, { session }) =>
          session.isAdmin || (actor?.kind === 'user' && actor.projectId === session.projectId) ? request : null,
      }),
      cause: t.field({
        type: Event,
        nullable: true,
        complexity: { field: chainCost, multiplier: 1 },
        description:
          'What led to it: an event, or the guest command that the report was about which it follows from. Null where somebody asked for it, or where its cause is of no project.',
        resolve: async (event, _args, context) => (await causalityOf(context, event)).causesOf(event)[0] ?? null,
      }),
      causes: t.field({
        type: [Event],
        complexity: { field: chainCost, multiplier: chainLength },
        description: 'What led to it, the nearest first, back to what somebody asked for.',
        resolve: async (event, _args, context) => (await causalityOf(context, event)).causesOf(event),
      }),
      effects: t.field({
        type: [Event],
        complexity: { field: chainCost, multiplier: chainLength },
        description: 'All that followed from it within its operation, in order.',
        resolve: async (event, _args, context) => (await causalityOf(context, event)).effectsOf(event),
      }),
      data: t.field({
        type: 'JSON',
        description: 'What the type says. Only admins are told which host it concerns.',
        resolve: ({ data }: AuditDocument, _args, { session }) => (session.isAdmin ? data : withoutHosts(data)),
      }),
      unreadable: t.expose('unreadable', {
        type: EventFault,
        nullable: true,
        description: 'Set where this version cannot read the event, or the event store does not have it any more.',
      }),
    }),
  })
}

/** A project that knew its hosts would know with whom it shares them. */
const withoutHosts = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutHosts)
  if (typeof value !== 'object' || value === null) return value
  const shown = Object.entries(value).filter(([name]) => name !== 'hostId')
  return Object.fromEntries(shown.map(([name, inner]) => [name, withoutHosts(inner)]))
}

export const eventNoun: Noun = {
  nodes: { Event: findEvent },
  add: addEvent,
}
