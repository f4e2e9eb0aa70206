import type { InputFields, ObjectRef, SchemaParts } from './builder.ts'
import { isRejection, type Written } from './write.ts'

/** What every accepted command says, and the input fields that every command has. */
export const defineAccepted = ({ builder }: SchemaParts) => {
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
export type AcceptedInterface = ReturnType<typeof defineAccepted>

/** `union <name> = <accepted> | Refusal`. */
export const defineResult = (
  { builder, Refusal }: SchemaParts,
  {
    name,
    accepted,
    description,
  }: { name: string; accepted: ObjectRef<Written> & { name: string }; description: string },
) =>
  builder.unionType(name, {
    description,
    types: [accepted, Refusal],
    resolveType: (result) => (isRejection(result) ? 'Refusal' : accepted.name),
  })

export const idempotencyKeyField = (t: InputFields) => ({
  idempotencyKey: t.string({
    description:
      'Chosen by the client, 1 to 255 printable characters, kept within the project for a day (or what `COFFER_IDEMPOTENCY_KEY_LIFETIME` of the server says) from its first use. Until then the same key with the same input is carried out once and answered alike, and with another input it is refused. What was refused has changed nothing: its repeat is decided anew.',
  }),
})

export const expectedVersionField = (t: InputFields) => ({
  expectedVersion: t.int({
    description:
      'The `stateVersion` of the instance last seen: refused with `VERSION_CONFLICT` if it has changed since.',
  }),
})
