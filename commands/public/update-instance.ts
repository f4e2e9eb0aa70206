import { z } from 'zod'
import { instanceIdSchema } from '../../domain/ids.ts'
import { changeInstance } from '../dispatch/change-instance.ts'
import { shownId } from './answers.ts'
import { defineCommand, type OwnDispatchDependencies } from './definition.ts'
import { instanceIdField } from './input.ts'
import { detailsChangeFields, detailsFaults } from './instance-details-input.ts'

export const updateInstance = defineCommand({
  name: 'UpdateInstance',
  role: 'member',
  does: 'Changes what is kept beside an instance: its description, its tags and its protection against deletion. The engine is not touched.',
  asks: 'Which instance, and what of it is to change: what is left out stays as it is.',
  input: z.strictObject({ id: instanceIdField(), ...detailsChangeFields() }),
  versioned: true,
  faults: ({ description, setTags }) => detailsFaults(description, setTags, 'setTags'),
  answer: {
    name: 'UpdateInstance',
    says: 'The instance is as wished.',
    fields: z.object({ instanceId: shownId(instanceIdSchema, 'The instance.') }),
  },
  carryOut: (dependencies: OwnDispatchDependencies, job, { id, description, ...others }) => {
    const change = { ...others, ...(description !== undefined && { description: description || null }) }
    return changeInstance(dependencies, job, id, { type: 'ChangeDetails', change }, null)
  },
})
