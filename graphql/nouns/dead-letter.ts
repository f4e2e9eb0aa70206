import { type DeadLetterPlace, formatPlace, tryParsePlace } from '../../domain/dead-letter/place.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { quote } from '../../domain/values/text.ts'
import type { SchemaParts } from '../builder.ts'
import { listPage } from '../connection.ts'
import { defineConnection, listArguments, listComplexity } from '../connection-type.ts'
import type { ApiContext } from '../context.ts'
import { cursorPlace } from '../cursor.ts'
import { isGiven } from '../input.ts'
import { type AcceptedInterface, defineResult, idempotencyKeyField } from '../mutation.ts'
import { requireAdmin } from '../pipeline/tenancy.ts'
import { readBack, type Written, write } from '../write.ts'
import { type ListedLetter, readDeadLetterPage, readOneDeadLetter } from './dead-letter-page.ts'

export const addDeadLetter = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  addDeadLetterType(parts)
  addDeadLetterQueries(parts)
  addResolution(parts, Accepted, {
    mutation: 'replayDeadLetter',
    name: 'ReplayDeadLetter',
    description:
      'Admins only. Publishes the message again to its topic, with its key and its own headers, behind all that came since. Every group of the topic gets it, once more where it had handled it. Decided at most once for a message, published at least once.',
    accepted: 'The message is published again within moments, and its dead letter is done with.',
  })
  addResolution(parts, Accepted, {
    mutation: 'dropDeadLetter',
    name: 'DropDeadLetter',
    description:
      'Admins only. Says of a message that nobody needs it any more. It stays readable for as long as it is kept.',
    accepted: 'The dead letter is done with.',
  })
}

const addDeadLetterType = ({ builder, Actor, DeadLetter, Node }: SchemaParts): void => {
  const DeadLetterStatus = builder.enumType('DeadLetterStatus', {
    description: 'What became of a dead letter.',
    values: {
      OPEN: { description: 'Nobody has decided yet.' },
      REPLAYED: { description: 'An admin had it published again.' },
      DROPPED: { description: 'An admin said that nobody needs it.' },
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

const addDeadLetterQueries = (parts: SchemaParts): void => {
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
        // Retention removes letters, and a list goes on behind one that is gone.
        const place = cursorPlace(backend.cursors, 'dead-letters', async (key) => tryParsePlace(key) !== null)
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
        'Admins only; others are answered with the error `FORBIDDEN`. One dead letter with its message; null when there is none, or none any more.',
      resolve: async (_root, { id }, { session, backend }) => {
        requireAdmin(session, 'a dead letter')
        const place = tryParsePlace(id)
        return place && readOneDeadLetter(backend, place)
      },
    }),
  )
}

type Resolution = {
  readonly mutation: 'replayDeadLetter' | 'dropDeadLetter'
  readonly name: 'ReplayDeadLetter' | 'DropDeadLetter'
  readonly description: string
  readonly accepted: string
}
type WrittenResolution = Written & { readonly place: DeadLetterPlace }

const addResolution = (
  parts: SchemaParts,
  Accepted: AcceptedInterface,
  { mutation, name, description, accepted }: Resolution,
): void => {
  const { builder, DeadLetter } = parts
  const ResolutionAccepted = builder.objectRef<WrittenResolution>(`${name}Accepted`).implement({
    description: accepted,
    interfaces: [Accepted],
    fields: (t) => ({
      deadLetter: t.field({
        type: DeadLetter,
        nullable: true,
        description: 'The dead letter as it is now. Null when it can not be read at the moment.',
        resolve: ({ place }, _args, context) => readBack(context, () => readOneDeadLetter(context.backend, place)),
      }),
    }),
  })
  const Result = defineResult(parts, {
    name: `${name}Result`,
    accepted: ResolutionAccepted,
    description: `What became of \`${mutation}\`.`,
  })
  const Input = builder.inputType(`${name}Input`, {
    description: 'Which dead letter.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the dead letter.' }),
      ...idempotencyKeyField(t),
    }),
  })
  builder.mutationField(mutation, (t) =>
    t.field({
      type: Result,
      args: { input: t.arg({ type: Input, required: true, description: 'Which dead letter.' }) },
      description,
      resolve: (_root, { input: { id, idempotencyKey } }, context) => resolve(context, name, id, idempotencyKey),
    }),
  )
}

const resolve = async (
  context: ApiContext,
  type: Resolution['name'],
  id: string,
  idempotencyKey: string | null | undefined,
): Promise<WrittenResolution | Rejection> => {
  const place = tryParsePlace(id)
  if (place === null) return noSuchId(id)
  const result = await write(context, { command: { type, place }, idempotencyKey })
  return 'answer' in result ? { ...result, place } : result
}

const noSuchId = (id: string): Rejection => ({
  code: 'INVALID_INPUT',
  field: 'id',
  message: `${quote(id)} is not the id of a dead letter: <topic>.dead-letters/<partition>/<offset> is`,
})
