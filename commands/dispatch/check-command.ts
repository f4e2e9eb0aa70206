import type { Actor } from '../../domain/metadata.ts'
import { allFaults, type Rejection } from '../../domain/rejection.ts'
import { idempotencyKeyRefusal } from '../../domain/values/names.ts'
import type { CommandDefinition, RequestFacts } from '../public/definition.ts'
import { inputFaults } from '../public/input.ts'
import { refusalOfProject, refusalOfRole } from './authorise.ts'

type Faults = readonly (Rejection | null)[]

/** Whatever it needs to be carried out: the check asks for none of that. */
type Definition = Pick<CommandDefinition, 'name' | 'role' | 'input'> & {
  // Methods, so that a definition of any input is one: they are only given what its own schema has parsed.
  forbids?(input: object, actor: Actor): Rejection | null
  faults?(input: object): Faults
}

export type CheckedInput =
  | { readonly ok: true; readonly input: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly rejection: Rejection }

const wrong = (rejection: Rejection): CheckedInput => ({ ok: false, rejection })

/** All that can be told of a command before anything is loaded: role, shape, project, values. `given`: its input as it comes in. */
export const checkCommand = (
  definition: Definition,
  given: Readonly<Record<string, unknown>>,
  { actor, idempotencyKey }: Pick<RequestFacts, 'actor' | 'idempotencyKey'>,
): CheckedInput => {
  const forbidden = refusalOfRole(definition, actor)
  if (forbidden) return wrong(forbidden)
  const parsed = definition.input.safeParse(given)
  if (!parsed.success)
    return wrong(allFaults(inputFaults(parsed.error)) ?? { code: 'INVALID_INPUT', message: parsed.error.message })
  const input = parsed.data
  const rejection =
    refusalOfProject(input, actor) ??
    definition.forbids?.(input, actor) ??
    allFaults([
      ...(definition.faults?.(input) ?? []),
      idempotencyKey === undefined ? null : idempotencyKeyRefusal(idempotencyKey),
    ])
  return rejection ? wrong(rejection) : { ok: true, input }
}
