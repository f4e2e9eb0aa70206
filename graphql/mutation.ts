import type { z } from 'zod'
import type { CommandName, PublicCommand } from '../commands/api.ts'
import type { AnswerDefinition, CommandDefinition } from '../commands/public/definition.ts'
import type { Rejection } from '../domain/rejection.ts'
import type { AnswerFields, ObjectRef, SchemaParts, UnionRef } from './builder.ts'
import { answerFieldsOf, inputFieldsOf } from './command-fields.ts'
import type { ApiContext } from './context.ts'
import { withoutNulls } from './input.ts'
import { isRejection, readBack, type Written, write } from './write.ts'

/** What every accepted command says. */
const defineAccepted = ({ builder }: SchemaParts) => {
  const Accepted = builder.interfaceRef<Written>('Accepted')
  Accepted.implement({
    description: 'A command was accepted and is written down: it will not be lost.',
    fields: (t) => ({
      replayed: t.boolean({
        description: 'An earlier command with the same `idempotencyKey` had done it, and this is its answer.',
        resolve: ({ answer }) => answer.replayed,
      }),
      upToDate: t.boolean({
        description:
          'What is read from now on reflects this command. False when the views did not catch up within some seconds: ids and credentials are right nevertheless, and objects beside them may be older or null.',
        resolve: ({ upToDate }) => upToDate,
      }),
    }),
  })
  return Accepted
}

/** Something a command wrote, read back for its answer: null while the views have not got it. */
type ReadBack<Answer> = {
  readonly read: (answer: Answer, context: ApiContext) => Promise<unknown>
  readonly field: (t: AnswerFields) => ReturnType<AnswerFields['field']>
}
/** Each is a nullable field of the answer. */
export type ReadsBack<Answer> = Readonly<Record<string, ReadBack<Answer>>>

/** What is waited for before anything is read back. Bounded, and an error of it is one of reading. */
type Awaits<Answer> = (answer: Answer, context: ApiContext) => Promise<void>

/** The result of the commands that share an answer: `union <name>Result = <name>Accepted | Refusal`. */
export type ResultRef<Fields extends z.ZodObject> = {
  readonly type: UnionRef<Written | Rejection>
  readonly readsBack: ReadsBack<z.output<Fields>>
  readonly awaits: Awaits<z.output<Fields>>
}

export const readsBackAs = <Answer, Document>(
  type: ObjectRef<Document>,
  description: string,
  read: (answer: Answer, context: ApiContext) => Promise<Document | null>,
): ReadBack<Answer> => ({
  read,
  field: (t) =>
    t.field({
      type,
      nullable: true,
      description,
      // The type is of the commands that have this answer.
      resolve: ({ answer }, _args, context) => readBack(context, () => read(answer as Answer, context)) as never,
    }),
})

/** What the mutation of a command is called. */
export const mutationOf = (command: string): string => command.charAt(0).toLowerCase() + command.slice(1)

/** Makes mutations of public commands: their input types, results and resolvers follow from the definitions. */
export const createMutations = (parts: SchemaParts) => {
  const { builder, Refusal } = parts
  const Accepted = defineAccepted(parts)

  return {
    /**
     * `became`: what the result is of, in words. `readsBack`: objects that are shown beside the answer's own fields, and that `upToDate` vouches for.
     */
    result: <Fields extends z.ZodObject>(
      { name, says, fields }: AnswerDefinition<Fields>,
      {
        became,
        readsBack,
        awaits = () => Promise.resolve(),
      }: {
        readonly became: string
        readonly readsBack: ReadsBack<z.output<Fields>>
        readonly awaits?: Awaits<z.output<Fields>>
      },
    ): ResultRef<Fields> => {
      const AcceptedType = builder.objectRef<Written>(`${name}Accepted`).implement({
        description: says,
        interfaces: [Accepted],
        fields: (t) => ({
          ...answerFieldsOf(parts, t, { fields }),
          ...Object.fromEntries(Object.entries(readsBack).map(([name, { field }]) => [name, field(t)])),
        }),
      })
      const type = builder.unionType(`${name}Result`, {
        description: `What became of ${became}.`,
        types: [AcceptedType, Refusal],
        resolveType: (result) => (isRejection(result) ? 'Refusal' : AcceptedType.name),
      })
      return { type, readsBack, awaits }
    },

    /** The mutation of a command. */
    mutation: <Name extends CommandName, Fields extends z.ZodObject>(
      definition: CommandDefinition<Name, z.ZodObject, Fields>,
      { type, readsBack, awaits }: ResultRef<Fields>,
    ): void => {
      const { name, does, asks } = definition
      const inputName: string = `${name}Input`
      const Input = builder.inputType(inputName, {
        description: asks,
        fields: (t) => inputFieldsOf(parts, t, definition),
      })
      builder.mutationField(mutationOf(name), (t) =>
        t.field({
          type,
          args: { input: t.arg({ type: Input, required: true, description: asks }) },
          description: does,
          resolve: async (_root, { input }, context) => {
            const { idempotencyKey, expectedVersion, ...given } = withoutNulls(input as CommandInput)
            return write<z.output<Fields>>(
              context,
              // The schema let nothing through that the definition's input has not; what is in it the dispatch checks.
              { command: { type: name, ...given } as unknown as PublicCommand, idempotencyKey, expectedVersion },
              async (answer) => {
                await awaits(answer, context)
                return Promise.all(Object.values(readsBack).map(({ read }) => read(answer, context)))
              },
            )
          },
        }),
      )
    },
  }
}

export type Mutations = ReturnType<typeof createMutations>

/** What GraphQL makes of every command's input. */
type CommandInput = {
  readonly idempotencyKey?: string | null
  readonly expectedVersion?: number | null
  readonly [field: string]: unknown
}
