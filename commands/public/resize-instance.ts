import { z } from 'zod'
import type { FlavorId } from '../../domain/ids.ts'
import { invalidInput } from '../../domain/values/invalid-input.ts'
import { volumeRefusal } from '../../domain/values/volume.ts'
import { beginHolding } from '../dispatch/begin-holding.ts'
import { findFlavor, lookTwice } from '../dispatch/check-create-instance.ts'
import { instanceOperationAnswer } from './answers.ts'
import { defineCommand, refused } from './definition.ts'
import { instanceIdField, textField, wholeNumberField } from './input.ts'

type Size = { readonly flavorId: FlavorId; readonly vcpus: number; readonly memoryMiB: number }

export const resizeInstance = defineCommand({
  name: 'ResizeInstance',
  role: 'member',
  does: 'Gives an instance another flavor, a larger volume, or both, also one that is full, stopped or failed. Restarts the engine only where a setting takes that. A volume cannot shrink. Answers at once; the operation continues in the background.',
  asks: 'Which instance, and what it is to have. What is left out stays.',
  input: z.strictObject({
    id: instanceIdField(),
    flavor: textField('A flavor on offer, larger or smaller than what it has.').optional(),
    volumeGiB: wholeNumberField('What its volume is to have in all, in GiB: as much as now, or more.').optional(),
  }),
  versioned: true,
  faults: ({ flavor, volumeGiB }) => [
    flavor === undefined && volumeGiB === undefined
      ? invalidInput('nothing is to change: give a flavor, a volume, or both', 'flavor')
      : null,
  ],
  answer: instanceOperationAnswer,
  carryOut: async (dependencies, job, { id, flavor, volumeGiB = null }) => {
    const { directory, settings } = dependencies
    const { signal } = job.request
    const tooLarge = volumeGiB === null ? null : volumeRefusal(volumeGiB, settings.maxVolumeGiB)
    if (tooLarge) return refused(tooLarge)
    const ask = (size: Size | null) => {
      const { flavorId: flavor = null, vcpus = null, memoryMiB = null } = size ?? {}
      return beginHolding(dependencies, job, id, { kind: 'resize', wish: { flavor, vcpus, memoryMiB, volumeGiB } })
    }
    if (flavor === undefined) return ask(null)
    await directory.ready(signal)
    const lookAgain = () => directory.catchUp(signal)
    const found = await lookTwice(() => findFlavor(directory, flavor), lookAgain)
    return found.ok ? ask(found.value) : refused(found.rejection)
  },
})
