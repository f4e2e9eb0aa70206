import { dropDeadLetter, replayDeadLetter } from '../../commands/public/resolve-dead-letter.ts'
import { type DeadLetterPlace, formatPlace, tryParsePlace } from '../../domain/dead-letter/place.ts'
import type { NewObjectRef, SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import type { ApiContext } from '../context.ts'
import { cursorPlace } from '../cursor.ts'
import { isGiven } from '../input.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { FindNode, Noun } from '../noun.ts'
import { requireAdmin } from '../pipeline/tenancy.ts'
import { type ListedLetter, readDeadLetterPage, readOneDeadLetter } from './dead-letter-page.ts'

type Parts = SchemaParts & { readonly DeadLetter: NewObjectRef<ListedLetter> }

const addDeadLetter = (shared: SchemaParts, mutations: Mutations): void => {
  const parts: Parts = { ...shared, DeadLetter: shared.builder.objectRef<ListedLetter>('DeadLetter') }
  addDeadLetterType(parts)
  addDeadLetterQueries(parts)
  addResolutions(parts, mutations)
}

const addDeadLetterType = ({ builder, Actor, DeadLetter, Node }: Parts): void => {
  const DeadLetterStatus = builder.enumType('DeadLetterStatus', {
    description: 'What became of a dead letter.',
    values: {
      OPEN: { description: 'No decision has been made yet.' },
      REPLAYED: { description: 'An admin had it published again.' },
      DROPPED: { description: 'An admin marked it as no longer needed.' },
    } as const,
  })
  DeadLetter.implement({
    interfaces: [Node],
    description: 'A message that could not be handled and was put aside, so that those behind it go on.',
    fields: (t) => ({
      id: t.id({
        description: 'Where it lies: `<topic>.dead-letters/<partition>/<offset>`.',
        resolve: ({ letter }) => formatPlace(letter.place),
      }),
      topic: t.string({ description: 'The topic it was published to.', resolve: ({ letter }) => letter.message.topic }),
      key: t.string({ description: 'Its key.', resolve: ({ letter }) => letter.message.key }),
      bytes: t.int({
        description: 'The size of its value.',
        resolve: ({ letter }) => Buffer.byteLength(letter.message.value),
      }),
      partition: t.int({
        nullable: true,
        description: 'The partition of its topic that it came from.',
        resolve: ({ letter }) => letter.origin?.partition ?? null,
      }),
      offset: t.string({
        nullable: true,
        description: 'Its offset there.',
        resolve: ({ letter }) => letter.origin?.offset ?? null,
      }),
      group: t.string({
        nullable: true,
        description: 'The group that could not handle it. Other groups may have.',
        resolve: ({ letter }) => letter.group,
      }),
      error: t.string({
        nullable: true,
        description: 'What the last attempt ended with.',
        resolve: ({ letter }) => letter.error,
      }),
      attempts: t.int({
        nullable: true,
        description: 'How often it was tried.',
        resolve: ({ letter }) => letter.attempts,
      }),
      parkedAt: t.field({
        type: 'DateTime',
        description: 'When it was put aside.',
        resolve: ({ letter }) => letter.parkedAt,
      }),
      status: t.field({
        type: DeadLetterStatus,
        description: 'Whether it is done with.',
        resolve: ({ resolution }) => resolution?.status ?? 'OPEN',
      }),
      resolvedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When that was decided.',
        resolve: ({ resolution }) => resolution?.resolvedAt ?? null,
      }),
      resolvedBy: t.field({
        type: Actor,
        nullable: true,
        description: 'Who decided.',
        resolve: ({ resolution }) => resolution?.resolvedBy ?? null,
      }),
    }),
  })
}

const addDeadLetterQueries = (parts: Parts): void => {
  const { builder, DeadLetter } = parts
  const Content = builder.objectRef<ListedLetter>('DeadLetterContent').implement({
    description:
      'A dead letter with the message itself. Passwords in it are sealed to an agent, as they were on the bus.',
    fields: (t) => ({
      deadLetter: t.field({ type: DeadLetter, description: 'The dead letter.', resolve: (listed) => listed }),
      value: t.string({
        description: 'The value as it was published: JSON, unless that is what was wrong with it.',
        resolve: ({ letter }) => letter.message.value,
      }),
      headers: t.field({
        type: 'JSON',
        description: 'Its own headers: what was added when it was put aside is in the fields of the dead letter.',
        resolve: ({ letter }) => letter.message.headers,
      }),
    }),
  })
  const { Connection } = defineConnection(parts, { name: 'DeadLetter', view: 'dead-letters', node: DeadLetter })
  const Filter = builder.inputType('DeadLetterFilter', {
    description: 'All that is given must hold.',
    fields: (t) => ({
      topic: t.string({ description: 'Published to this topic, such as `coffer.agent.results`.' }),
      includeResolved: t.boolean({ description: 'Those replayed or dropped, too, for as long as they are kept.' }),
    }),
  })
  builder.queryField('deadLetters', (t) =>
    t.field({
      type: Connection,
      args: { filter: t.arg({ type: Filter, description: 'Which ones.' }), ...listArguments(t.arg) },
      complexity: listComplexity,
      description:
        'Admins only; others are answered with the error `FORBIDDEN`. Messages that could not be handled: topic after topic, and oldest first within each, or all of that the other way round.',
      resolve: async (_root, { filter, ...args }, { session, backend }) => {
        requireAdmin(session, 'the list of dead letters')
        const place = cursorPlace(backend.cursors, 'dead-letters')
        const wanted = {
          includeResolved: filter?.includeResolved ?? false,
          ...(isGiven(filter?.topic) && { topic: filter.topic }),
        }
        return listPage(args, place, (request) => readDeadLetterPage(backend, wanted, request))
      },
    }),
  )
  builder.queryField('deadLetter', (t) =>
    t.field({
      type: Content,
      nullable: true,
      args: { id: t.arg.id({ required: true, description: 'The id of the dead letter.' }) },
      description:
        'Admins only; others are answered with the error `FORBIDDEN`. One dead letter with its message; null if it does not exist or its retention has expired.',
      resolve: async (_root, { id }, { session, backend }) => {
        requireAdmin(session, 'a dead letter')
        const place = tryParsePlace(id)
        return place && readOneDeadLetter(backend, place)
      },
    }),
  )
}

const addResolutions = ({ DeadLetter }: Parts, { result, mutation }: Mutations): void => {
  const readsBack = {
    deadLetter: readsBackAs(
      DeadLetter,
      'The dead letter as it is now. Null when it cannot be read at the moment.',
      ({ place }: { readonly place: DeadLetterPlace }, { backend }: ApiContext) => readOneDeadLetter(backend, place),
    ),
  }
  mutation(replayDeadLetter, result(replayDeadLetter.answer, { became: '`replayDeadLetter`', readsBack }))
  mutation(dropDeadLetter, result(dropDeadLetter.answer, { became: '`dropDeadLetter`', readsBack }))
}

const findDeadLetter: FindNode = async ({ session, backend }, id) => {
  const place = session.isAdmin ? tryParsePlace(id) : null
  return place && readOneDeadLetter(backend, place)
}

export const deadLetterNoun: Noun = {
  nodes: { DeadLetter: findDeadLetter },
  add: addDeadLetter,
}
