import type { PublicCommand } from '../../commands/api.ts'
import { type FlavorId, flavorIdSchema } from '../../domain/ids.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { quote } from '../../domain/values/text.ts'
import type { SchemaParts } from '../builder.ts'
import type { ApiContext } from '../context.ts'
import { type AcceptedInterface, defineResult, idempotencyKeyField } from '../mutation.ts'
import { readBack, type Written, write } from '../write.ts'

type WrittenFlavor = Written & { readonly flavorId: FlavorId }

/** More flavors than anybody can choose from. */
const maxFlavors = 1000

export const addFlavor = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder, Flavor, Node } = parts
  Flavor.implement({
    interfaces: [Node],
    description: 'A size an instance can have.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its name: lower-case letters, digits and dashes.' }),
      vcpus: t.exposeInt('vcpus', { description: 'Virtual CPUs.' }),
      memoryMiB: t.exposeInt('memoryMiB', { description: 'Memory in MiB.' }),
      description: t.exposeString('description', { description: 'For a person.' }),
      retired: t.exposeBoolean('retired', { description: 'No new instance may have it; those that do keep it.' }),
    }),
  })
  builder.queryField('flavors', (t) =>
    t.field({
      type: [Flavor],
      args: {
        includeRetired: t.arg.boolean({ required: true, defaultValue: false, description: 'Retired ones too.' }),
      },
      description: 'The sizes to choose from, smallest first.',
      resolve: async (_root, { includeRetired }, { backend }) => {
        const { entries } = await backend.views.flavors({ first: maxFlavors })
        return entries.map(({ document }) => document).filter(({ retired }) => includeRetired || !retired)
      },
    }),
  )
  addFlavorCommands(parts, Accepted)
}

const addFlavorCommands = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder, Flavor } = parts
  const FlavorAccepted = builder.objectRef<WrittenFlavor>('FlavorAccepted').implement({
    description: 'The flavor was changed, or already was as wished.',
    interfaces: [Accepted],
    fields: (t) => ({
      flavor: t.field({
        type: Flavor,
        nullable: true,
        description: 'The flavor as it is now. Null only while `upToDate` is false.',
        resolve: ({ flavorId }, _args, context) => readBack(context, () => context.backend.views.flavor(flavorId)),
      }),
    }),
  })
  const FlavorResult = defineResult(parts, {
    name: 'FlavorResult',
    accepted: FlavorAccepted,
    description: 'What became of a command to a flavor.',
  })
  const DefineFlavorInput = builder.inputType('DefineFlavorInput', {
    description: 'A size.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'Its name: 1 to 63 lower-case letters, digits and dashes.' }),
      vcpus: t.int({ required: true, description: 'Virtual CPUs, 1 or more.' }),
      memoryMiB: t.int({ required: true, description: 'Memory in MiB, 1 or more.' }),
      description: t.string({ required: true, defaultValue: '', description: 'For a person.' }),
      ...idempotencyKeyField(t),
    }),
  })
  const RetireFlavorInput = builder.inputType('RetireFlavorInput', {
    description: 'Which flavor.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the flavor.' }),
      ...idempotencyKeyField(t),
    }),
  })
  builder.mutationField('defineFlavor', (t) =>
    t.field({
      type: FlavorResult,
      args: { input: t.arg({ type: DefineFlavorInput, required: true, description: 'The size.' }) },
      description: 'Admins only. Offers a size, or changes it for instances to come.',
      resolve: (_root, { input: { id, idempotencyKey, ...size } }, context) =>
        writeFlavor(context, { id, idempotencyKey }, (flavorId) => ({ type: 'DefineFlavor', flavorId, ...size })),
    }),
  )
  builder.mutationField('retireFlavor', (t) =>
    t.field({
      type: FlavorResult,
      args: { input: t.arg({ type: RetireFlavorInput, required: true, description: 'Which flavor.' }) },
      description: 'Admins only. Offers a size no longer; instances that have it keep it.',
      resolve: (_root, { input }, context) =>
        writeFlavor(context, input, (flavorId) => ({ type: 'RetireFlavor', flavorId })),
    }),
  )
}

type FlavorInput = { readonly id: string; readonly idempotencyKey?: string | null | undefined }

const writeFlavor = async (
  context: ApiContext,
  { id, idempotencyKey }: FlavorInput,
  command: (flavorId: FlavorId) => PublicCommand,
): Promise<WrittenFlavor | Rejection> => {
  const parsed = flavorIdSchema.safeParse(id)
  if (!parsed.success) {
    const message = `${quote(id)} cannot name a flavor: 1 to 63 lower-case letters, digits or dashes can`
    return { code: 'INVALID_INPUT', field: 'id', message }
  }
  const result = await write(context, { command: command(parsed.data), idempotencyKey }, () =>
    context.backend.views.flavor(parsed.data),
  )
  return 'answer' in result ? { ...result, flavorId: parsed.data } : result
}
