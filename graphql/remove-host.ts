import { hostIdSchema } from '../domain/ids.ts'
import { quote } from '../domain/values/text.ts'
import type { SchemaParts } from './builder.ts'
import { tryParseId } from './ids.ts'
import { type AcceptedInterface, defineResult, idempotencyKeyField } from './mutation.ts'
import { type Written, write } from './write.ts'

type WrittenRemoval = Written & { readonly hostId: string }

export const addRemoveHost = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder } = parts
  const RemoveHostAccepted = builder.objectRef<WrittenRemoval>('RemoveHostAccepted').implement({
    description: 'The host is removed. Its databases become `FAILED` within moments and hold no quota any more.',
    interfaces: [Accepted],
    fields: (t) => ({
      hostId: t.id({ description: 'The id of the host that was removed.', resolve: ({ hostId }) => hostId }),
    }),
  })
  const Result = defineResult(parts, {
    name: 'RemoveHostResult',
    accepted: RemoveHostAccepted,
    description: 'What became of `removeHost`.',
  })
  const Input = builder.inputType('RemoveHostInput', {
    description: 'Which host.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the host.' }),
      force: t.boolean({
        required: true,
        defaultValue: false,
        description:
          'Also while the host is `UP` and has databases: they are given up with it. Else that is refused with `INVALID_STATE`.',
      }),
      ...idempotencyKeyField(t),
    }),
  })
  builder.mutationField('removeHost', (t) =>
    t.field({
      type: Result,
      args: { input: t.arg({ type: Input, required: true, description: 'Which host.' }) },
      description:
        'Admins only. Declares a host gone for good: its databases end `FAILED` with the code `HOST_REMOVED`, what waits for it is settled, and its name is free. Should it come back, it is not let in.',
      resolve: async (_root, { input: { id, force, idempotencyKey } }, context) => {
        const hostId = tryParseId(hostIdSchema, id)
        if (hostId === null) {
          return {
            code: 'INVALID_INPUT',
            field: 'id',
            message: `${quote(id)} is not the id of a host: a UUID is`,
          } as const
        }
        const result = await write(context, { command: { type: 'RemoveHost', hostId, force }, idempotencyKey })
        return 'answer' in result ? { ...result, hostId } : result
      },
    }),
  )
}
