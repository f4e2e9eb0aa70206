import { z } from 'zod'
import { type OperationId, operationIdSchema } from '../../domain/ids.ts'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import { hasBegun, operation, operationStream } from '../../domain/operation/index.ts'
import { reactionsToRequest } from '../../domain/reactions/instance.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { isoNow } from '../../kernel/clock.ts'
import { reaches } from '../dispatch/authorise.ts'
import { lossOf } from '../dispatch/lost-stream.ts'
import { perform } from '../sagas/perform.ts'
import { shownId } from './answers.ts'
import { accepted, type DispatchDependencies, defineCommand, type Job, refused } from './definition.ts'
import { uuidField } from './input.ts'

const noSuchOperation = (operationId: OperationId): Rejection => ({
  code: 'NOT_FOUND',
  message: `there is no operation ${operationId} that you may see`,
  field: 'id',
})

export const cancelOperation = defineCommand({
  name: 'CancelOperation',
  role: 'member',
  does: 'Cancels an operation that has not ended. Safe at any moment.',
  asks: 'Which operation.',
  input: z.strictObject({ id: uuidField(operationIdSchema, 'operation id', 'The id of the operation.') }),
  answer: {
    name: 'CancelOperation',
    says: 'The operation ends as soon as it safely can, and undoes what it did.',
    fields: z.object({ operationId: shownId(operationIdSchema, 'The operation.') }),
  },
  carryOut: async (dependencies, job, { id: operationId }) => {
    const { handler, clock } = dependencies
    const stream = operationStream(operationId)
    let { state } = await handler.load(operation, stream)
    if (state.status === 'ABSENT') {
      const refusal = await begin(dependencies, job, operationId)
      if (refusal) return refused(refusal)
      state = (await handler.load(operation, stream)).state
    }
    if (!hasBegun(state) || !reaches(job.reach, state.subject.projectId)) {
      const loss = state.status === 'ABSENT' ? lossOf(dependencies, job, stream) : null
      return refused(loss ?? noSuchOperation(operationId))
    }
    const { projectId, instanceId } = state.subject
    const context = { ...job.context, correlationId: operationId, projectId, instanceId }
    const handled = await handler.handle(operation, stream, { type: 'CancelOperation', now: isoNow(clock) }, context)
    if (handled.outcome === 'rejected') return refused(handled.rejection)
    return accepted({ position: handled.position, replayed: handled.events.length === 0, operationId })
  },
})

/**
 * An operation that was asked for begins when the sagas come to it. Until then there is nothing to cancel, so it is begun here, as they
 * would: their turn then finds it done.
 */
const begin = async (
  { handler, clock, findInstanceOf }: DispatchDependencies,
  job: Job,
  operationId: OperationId,
): Promise<Rejection | null> => {
  const instanceId = await findInstanceOf(operationId)
  if (instanceId === null) return null
  const { state } = await handler.load(instance, instanceStream(instanceId))
  if (state.status === 'ABSENT' || !reaches(job.reach, state.projectId)) return null
  const context = { ...job.context, correlationId: operationId, projectId: state.projectId, instanceId }
  for (const reaction of reactionsToRequest(operationId, state)) {
    const refusal = await perform({ handler, clock }, reaction, context)
    if (refusal) return refusal
  }
  return null
}
