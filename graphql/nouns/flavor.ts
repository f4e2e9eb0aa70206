import { defineFlavor, flavorAnswer } from '../../commands/public/define-flavor.ts'
import { retireFlavor } from '../../commands/public/retire-flavor.ts'
import { flavorIdSchema } from '../../domain/ids.ts'
import type { FlavorDocument } from '../../projections/views/flavors.ts'
import type { ObjectRef, SchemaParts } from '../builder.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'
import { visibleToAll } from '../visible.ts'

/** More flavors than anybody can choose from. */
const maxFlavors = 1000

const addFlavor = ({ builder, Node }: SchemaParts, mutations: Mutations): void => {
  const Flavor = builder.objectRef<FlavorDocument>('Flavor')
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
  addFlavorCommands(Flavor, mutations)
}

const addFlavorCommands = (Flavor: ObjectRef<FlavorDocument>, { result, mutation }: Mutations): void => {
  const changed = result(flavorAnswer, {
    became: 'a command to a flavor',
    readsBack: {
      flavor: readsBackAs(
        Flavor,
        'The flavor as it is now. Null only while `upToDate` is false.',
        ({ flavorId }, { backend }) => backend.views.flavor(flavorId),
      ),
    },
  })
  mutation(defineFlavor, changed)
  mutation(retireFlavor, changed)
}

export const flavorNoun: Noun = {
  nodes: { Flavor: visibleToAll(flavorIdSchema, ({ backend }, id) => backend.views.flavor(id)) },
  add: addFlavor,
}
