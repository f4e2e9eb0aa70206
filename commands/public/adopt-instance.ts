import { z } from 'zod'
import type { RegisteredHost, UnlistedNode } from '../../domain/host/index.ts'
import { type InstanceId, type NodeId, type ProjectId, parseNodeId } from '../../domain/ids.ts'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { instanceNameRefusal } from '../../domain/values/names.ts'
import { isoAfter } from '../../kernel/clock.ts'
import { instanceOperationAnswer } from './answers.ts'
import { type AnswerOf, accepted, type DispatchDependencies, defineCommand, type Job, refused } from './definition.ts'
import { instanceIdField, projectIdField, textField } from './input.ts'

type Answer = AnswerOf<z.output<typeof instanceOperationAnswer.fields>>
type Unlisted = { readonly host: RegisteredHost; readonly nodeId: NodeId; readonly found: UnlistedNode }

const notUnlisted = (instanceId: InstanceId): Rejection => ({
  code: 'NOT_FOUND',
  message: `no host has an unlisted instance ${instanceId}: hosts list theirs under "unlisted"`,
  field: 'id',
})

const unlabelled = (instanceId: InstanceId): Rejection => ({
  code: 'INVALID_STATE',
  message: `the host of ${instanceId} was never told what it is to be, so it cannot be adopted or removed from here`,
  field: 'id',
})

export const adoptInstance = defineCommand({
  name: 'AdoptInstance',
  role: 'admin',
  does: 'Admins only. Takes an instance into the log that a host has and the log does not know of. Its engine is not touched.',
  asks: 'Which unlisted instance, and whose it is.',
  input: z.strictObject({
    id: instanceIdField('The id of the instance, as its host lists it.'),
    projectId: projectIdField('The project it belongs to. By default the one it was made for.').optional(),
    name: textField('Its name. By default the one it was made with.').optional(),
  }),
  faults: ({ name }) => [name === undefined ? null : instanceNameRefusal(name)],
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id, ...wish }) => adopt(dependencies, job, id, { ...wish, isRemoval: false }),
})

export const removeUnlistedInstance = defineCommand({
  name: 'RemoveUnlistedInstance',
  role: 'admin',
  does: 'Admins only. Removes an instance, with all its data, that a host has and the log does not know of. Answers at once.',
  asks: 'Which unlisted instance.',
  input: z.strictObject({ id: instanceIdField('The id of the instance, as its host lists it.') }),
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id }) => adopt(dependencies, job, id, { isRemoval: true }),
})

type Wish = {
  readonly projectId?: ProjectId | undefined
  readonly name?: string | undefined
  readonly isRemoval: boolean
}

/** Takes an instance into the log that a host has and the log does not know of; to remove it, deletes it in the same breath. */
const adopt = async (
  dependencies: DispatchDependencies,
  job: Job,
  instanceId: InstanceId,
  wish: Wish,
): Promise<Answer> => {
  const { handler, clock, settings } = dependencies
  const stream = instanceStream(instanceId)
  const unlisted = findUnlisted(dependencies, instanceId)
  if (!unlisted) {
    const { state, position } = await handler.load(instance, stream)
    // An earlier try under the same key may have done it.
    if (!job.repeat || state.status === 'ABSENT') return refused(notUnlisted(instanceId))
    return accepted({ position, instanceId, operationId: wish.isRemoval ? job.ids.operationId : null, replayed: true })
  }
  const { host, nodeId, found } = unlisted
  if (!found.label) return refused(unlabelled(instanceId))
  const { projectId = found.label.projectId, name = found.label.name } = wish
  const badName = instanceNameRefusal(name)
  if (badName) return refused(badName)
  const { operationId } = job.ids
  const { isRemoval } = wish
  const { address, caCertificate } = host.description
  const handled = await handler.handle(
    instance,
    stream,
    {
      type: 'AdoptInstance',
      instanceId,
      projectId,
      name,
      spec: found.label.spec,
      nodeId,
      nodeGeneration: found.nodeGeneration,
      hostId: host.hostId,
      running: found.running,
      endpoint: found.port === null ? null : { host: address, port: found.port },
      caCertificate,
      epoch: found.epoch,
      generation: found.generation,
      removal: isRemoval ? { operationId, deadline: isoAfter(clock, settings.operationTimeoutMs.delete) } : null,
    },
    { ...job.context, projectId, instanceId, correlationId: isRemoval ? operationId : null },
    // What a host still has of an instance may take the place of a stream that was lost.
    { mayBeDone: job.repeat, mayBeLost: true },
  )
  if (handled.outcome === 'rejected') return refused(handled.rejection)
  const replayed = handled.events.length === 0
  return accepted({ position: handled.position, instanceId, replayed, operationId: isRemoval ? operationId : null })
}

/** Of several nodes, the one that took the place of the others. */
const findUnlisted = ({ directory }: DispatchDependencies, instanceId: InstanceId): Unlisted | null =>
  directory
    .hosts()
    .flatMap((host) =>
      host.status === 'UNREGISTERED'
        ? []
        : Object.entries(host.unlisted).map(([nodeId, found]) => ({ host, nodeId: parseNodeId(nodeId), found })),
    )
    .filter(({ found }) => found.instanceId === instanceId)
    .sort((a, b) => b.found.nodeGeneration - a.found.nodeGeneration)
    .at(0) ?? null
