import { z } from 'zod'
import { flavor, flavorStream } from '../../domain/flavor/index.ts'
import { type FlavorId, flavorIdSchema } from '../../domain/ids.ts'
import { defineCommand } from './definition.ts'
import { handleAs } from './handle-as.ts'
import { idField, textField, tryWith, wholeNumberField } from './input.ts'

export const flavorIdField = (description: string) =>
  idField(tryWith(flavorIdSchema), {
    noun: 'flavor name',
    expected: '1 to 63 lower-case letters, digits or dashes',
    description,
  })

export const flavorAnswer = {
  name: 'Flavor',
  says: 'The flavor was changed, or already was as wished.',
  fields: z.object({ flavorId: z.custom<FlavorId>() }),
}

export const defineFlavor = defineCommand({
  name: 'DefineFlavor',
  role: 'admin',
  does: 'Admins only. Offers a size, or changes it for instances to come.',
  asks: 'The size.',
  input: z.strictObject({
    id: flavorIdField('Its name: 1 to 63 lower-case letters, digits and dashes.'),
    vcpus: wholeNumberField('Virtual CPUs, 1 or more.'),
    memoryMiB: wholeNumberField('Memory in MiB, 1 or more.'),
    description: textField('For a person.').default(''),
  }),
  answer: flavorAnswer,
  carryOut: (dependencies, job, { id: flavorId, ...size }) =>
    handleAs(
      dependencies,
      job,
      flavor,
      flavorStream(flavorId),
      { type: 'DefineFlavor', flavorId, ...size },
      { flavorId },
      // A size rests on nothing that came before it, and most are new.
      { mayBeLost: true, begins: true },
    ),
})
