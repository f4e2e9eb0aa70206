import { z } from 'zod'
import { flavor, flavorStream } from '../../domain/flavor/index.ts'
import { flavorAnswer, flavorIdField } from './define-flavor.ts'
import { defineCommand } from './definition.ts'
import { handleAs } from './handle-as.ts'

export const retireFlavor = defineCommand({
  name: 'RetireFlavor',
  role: 'admin',
  does: 'Admins only. Offers a size no longer; instances that have it keep it.',
  asks: 'Which flavor.',
  input: z.strictObject({ id: flavorIdField('The id of the flavor.') }),
  answer: flavorAnswer,
  carryOut: (dependencies, job, { id: flavorId }) =>
    handleAs(dependencies, job, flavor, flavorStream(flavorId), { type: 'RetireFlavor', flavorId }, { flavorId }),
})
