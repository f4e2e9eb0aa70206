import { type Rejection, type RejectionCode, rejections } from '../../domain/rejection.ts'
import type { SchemaParts } from '../builder.ts'

// The keys of a literal, which `Object.fromEntries` forgets.
const refusalCodes = Object.fromEntries(
  Object.entries(rejections).map(([code, description]) => [code, { description }]),
) as Readonly<Record<RejectionCode, { readonly description: string }>>

export const addRefusal = ({ builder, Refusal }: SchemaParts): void => {
  const RefusalCode = builder.enumType('RefusalCode', {
    description: 'Every reason for which a command can be refused. The list is closed.',
    values: refusalCodes,
  })
  const RefusalFault = builder.objectRef<Rejection>('RefusalFault').implement({
    description: 'One thing that is wrong with an input.',
    fields: (t) => ({
      code: t.expose('code', { type: RefusalCode, description: 'Stable: switch on it.' }),
      message: t.exposeString('message', { description: 'For a person.' }),
      field: t.string({
        nullable: true,
        description: 'The path of the input at fault, such as `users[0].name`.',
        resolve: ({ field }) => field ?? null,
      }),
    }),
  })
  Refusal.implement({
    description: 'A command was refused and nothing was changed.',
    fields: (t) => ({
      code: t.expose('code', { type: RefusalCode, description: 'Stable: switch on it.' }),
      message: t.exposeString('message', {
        description: 'For a person: what was refused, which value, what would be accepted.',
      }),
      field: t.string({
        nullable: true,
        description: 'The path of the input at fault, such as `users[0].name`.',
        resolve: ({ field }) => field ?? null,
      }),
      details: t.field({
        type: 'JSON',
        nullable: true,
        description:
          'Machine-readable extras, such as the id of the operation in progress or the limit of the quota and its use.',
        resolve: ({ details }) => details ?? null,
      }),
      faults: t.field({
        type: [RefusalFault],
        complexity: 1,
        description: 'Everything that was found wrong, at most 20 things. The refusal itself tells the first.',
        resolve: (rejection) => [rejection, ...(rejection.alsoWrong ?? [])],
      }),
    }),
  })
}
