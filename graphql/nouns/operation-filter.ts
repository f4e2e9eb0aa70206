import type { OperationKind } from '../../domain/instance/operation-kinds.ts'
import type { OperationStatus } from '../../projections/views/operation-status.ts'
import type { OperationFilter } from '../../projections/views/operations.ts'
import type { EnumRef, SchemaParts } from '../builder.ts'
import type { ApiContext } from '../context.ts'
import { distinct, isGiven } from '../input.ts'
import { type InstanceScopeInput, instanceScope } from './instance-scope.ts'
import { type MadeInput, madeFields, madeWithin } from './made-within.ts'

export type OperationEnums = { readonly Kind: EnumRef<OperationKind>; readonly Status: EnumRef<OperationStatus> }

export const operationFilterInput = ({ builder }: SchemaParts, { Kind, Status }: OperationEnums) =>
  builder.inputType('OperationFilter', {
    description: 'All that is given must hold.',
    fields: (t) => ({
      instanceId: t.id({ description: 'About this instance.' }),
      kind: t.field({ type: [Kind], description: 'One of these.' }),
      status: t.field({ type: [Status], description: 'One of these.' }),
      requestedBy: t.string({ description: 'Asked for by an actor of this name, such as `token:<id>`.' }),
      ...madeFields(t),
      projectId: t.id({ description: 'Admins only: of this project. Admins see all projects without it.' }),
    }),
  })

type OperationFilterInput = {
  readonly kind?: readonly OperationKind[] | null
  readonly status?: readonly OperationStatus[] | null
  readonly requestedBy?: string | null
} & InstanceScopeInput &
  MadeInput

/** The filter in the terms of the views. Null when it names an instance that the caller may not see or that does not exist. */
export const operationFilter = async (
  context: ApiContext,
  input: OperationFilterInput,
): Promise<OperationFilter | null> => {
  const scope = await instanceScope(context, input)
  if (scope === null) return null
  return {
    ...scope,
    ...(input.kind && { kinds: distinct(input.kind) }),
    ...(input.status && { statuses: distinct(input.status) }),
    ...(isGiven(input.requestedBy) && { requestedBy: input.requestedBy }),
    ...madeWithin(input),
  }
}
