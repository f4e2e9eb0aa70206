import type { FoundInstance } from '../../domain/host/events.ts'
import type { RegisteredHost } from '../../domain/host/index.ts'
import type { InstanceId } from '../../domain/ids.ts'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { instanceNameRefusal } from '../../domain/values/names.ts'
import { isoAfter } from '../../kernel/clock.ts'
import type { DispatchAnswer, PublicCommand } from '../api.ts'
import { accepted, type DispatchDependencies, type Job, refused } from './context.ts'

type AdoptCommand = Extract<PublicCommand, { readonly type: 'AdoptInstance' | 'RemoveUnlistedInstance' }>
type Unlisted = { readonly host: RegisteredHost; readonly found: FoundInstance }

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

/** Takes an instance into the log that a host has and the log does not know of; to remove it, deletes it in the same breath. */
export const adoptInstance = async (
  dependencies: DispatchDependencies,
  job: Job,
  command: AdoptCommand,
): Promise<DispatchAnswer> => {
  const { handler, clock, settings } = dependencies
  const { instanceId } = command
  const stream = instanceStream(instanceId)
  const unlisted = findUnlisted(dependencies, instanceId)
  if (!unlisted) {
    const { state, position } = await handler.load(instance, stream)
    // An earlier try under the same key may have done it.
    if (!job.repeat || state.status === 'ABSENT') return refused(notUnlisted(instanceId))
    return accepted({ position, instanceId, replayed: true })
  }
  const { host, found } = unlisted
  if (!found.label) return refused(unlabelled(instanceId))
  const wish = command.type === 'AdoptInstance' ? command : { projectId: undefined, name: undefined }
  const { projectId = found.label.projectId, name = found.label.name } = wish
  const badName = instanceNameRefusal(name)
  if (badName) return refused(badName)
  const { operationId } = job.ids
  const isRemoval = command.type === 'RemoveUnlistedInstance'
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
      hostId: host.hostId,
      running: found.running,
      endpoint: found.port === null ? null : { host: address, port: found.port },
      caCertificate,
      epoch: found.epoch,
      generation: found.generation,
      removal: isRemoval ? { operationId, deadline: isoAfter(clock, settings.operationTimeoutMs.delete) } : null,
    },
    { ...job.context, projectId, instanceId, correlationId: isRemoval ? operationId : null },
    { mayBeDone: job.repeat },
  )
  if (handled.outcome === 'rejected') return refused(handled.rejection)
  const replayed = handled.events.length === 0
  return accepted({ position: handled.position, instanceId, replayed, ...(isRemoval && { operationId }) })
}

const findUnlisted = ({ directory }: DispatchDependencies, instanceId: InstanceId): Unlisted | null => {
  for (const host of directory.hosts()) {
    const found = host.status === 'UNREGISTERED' ? undefined : host.unlisted[instanceId]
    if (host.status !== 'UNREGISTERED' && found) return { host, found }
  }
  return null
}
