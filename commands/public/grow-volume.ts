import { z } from 'zod'
import { volumeRefusal } from '../../domain/values/volume.ts'
import { beginHolding } from '../dispatch/begin-holding.ts'
import { instanceOperationAnswer } from './answers.ts'
import { defineCommand, refused } from './definition.ts'
import { instanceIdField, wholeNumberField } from './input.ts'

export const growVolume = defineCommand({
  name: 'GrowVolume',
  role: 'member',
  does: 'Gives an instance a larger volume, also one that is full, stopped or failed. It cannot be cancelled or undone. Answers at once; the operation continues in the background.',
  asks: 'Which volume is to grow, and to what.',
  input: z.strictObject({
    id: instanceIdField(),
    volumeGiB: wholeNumberField('What its volume is to have in all, in GiB: more than now.'),
  }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: async (dependencies, job, { id, volumeGiB }) => {
    const tooLarge = volumeRefusal(volumeGiB, dependencies.settings.maxVolumeGiB)
    return tooLarge ? refused(tooLarge) : beginHolding(dependencies, job, id, { kind: 'grow', wish: { volumeGiB } })
  },
})
