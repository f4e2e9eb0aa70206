import { z } from 'zod'
import { instanceIdSchema } from '../../domain/ids.ts'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import { instanceNameRefusal } from '../../domain/values/names.ts'
import { isoAfter, isoNow } from '../../kernel/clock.ts'
import { reaches } from '../dispatch/authorise.ts'
import { changeInstance } from '../dispatch/change-instance.ts'
import { withFormerNames } from '../dispatch/former-names.ts'
import { shownId } from './answers.ts'
import { defineCommand, refused } from './definition.ts'
import { instanceIdField, textField } from './input.ts'

/**
 * The name in the project's stream first, held with an expiry until the instance has it. That it has it the sagas confirm, and with that its former
 * name is free; who asks for that one earlier finds it so as well.
 */
export const renameInstance = defineCommand({
  name: 'RenameInstance',
  role: 'member',
  does: 'Gives an instance another name. The engine is not touched.',
  asks: 'Which instance, and its new name.',
  input: z.strictObject({ id: instanceIdField(), name: textField('The new name.') }),
  versioned: true,
  faults: ({ name }) => [instanceNameRefusal(name)],
  answer: {
    name: 'RenameInstance',
    says: 'The instance has its new name.',
    fields: z.object({ instanceId: shownId(instanceIdSchema, 'The instance.') }),
  },
  carryOut: async (dependencies, job, { id: instanceId, name }) => {
    const { handler, clock, settings } = dependencies
    const rename = (nameFence?: number) => {
      const fence = nameFence === undefined ? {} : { nameFence }
      return changeInstance(dependencies, job, instanceId, { type: 'RenameInstance', name, ...fence }, null)
    }
    const { state } = await handler.load(instance, instanceStream(instanceId), { atLeast: 0 })
    // It is refused, or answered as it was: there is nothing to hold a name for.
    if (state.status === 'ABSENT' || state.status === 'DELETED' || !reaches(job.reach, state.projectId)) return rename()
    const { projectId } = state
    const context = { ...job.context, projectId, instanceId }
    const heldUntil = isoAfter(clock, settings.reservationMs)
    const hold = { type: 'HoldName', projectId, instanceId, name, now: isoNow(clock), heldUntil } as const
    const held = await withFormerNames(handler, { projectId, name }, context, (refusedBy) =>
      handler.handle(project, projectStream(projectId), { ...hold, refusedBy }, context),
    )
    if (held.outcome === 'rejected') return refused(held.rejection)
    const answer = await rename(held.revision ?? 0)
    if (answer.accepted && !answer.replayed) return answer
    // A repeat may have been carried out before, and the name may be another by now.
    const after = await handler.load(instance, instanceStream(instanceId))
    const hasIt = after.state.status !== 'ABSENT' && after.state.name === name
    const settled = { type: hasIt ? 'ConfirmName' : 'ReleaseName', projectId, instanceId, name } as const
    await handler.handle(project, projectStream(projectId), settled, context)
    return answer
  },
})
