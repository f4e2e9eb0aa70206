import { unreachable } from '../../domain/decider.ts'
import type { ProjectId } from '../../domain/ids.ts'
import { parseProjectId } from '../../domain/ids.ts'
import type { Actor } from '../../domain/metadata.ts'
import { idempotencyKeyRefusal } from '../../domain/values/names.ts'
import type { IdSource } from '../../kernel/ids.ts'
import type { Dispatch, DispatchAnswer } from '../api.ts'
import { UnreadableHistory } from '../history.ts'
import { adoptInstance } from './adopt-instance.ts'
import { authorise } from './authorise.ts'
import { cancelOperation } from './cancel-operation.ts'
import { changeCatalogue } from './change-catalogue.ts'
import { beginOperation } from './change-instance.ts'
import { createJob, type DispatchDependencies, type Job, refused } from './context.ts'
import { createInstance } from './create-instance.ts'
import { excludeEvent } from './exclude-event.ts'
import { growVolume } from './grow-volume.ts'
import { createIdempotency } from './idempotency.ts'
import { removeHost } from './remove-host.ts'
import { renameInstance } from './rename-instance.ts'
import { resolveDeadLetter } from './resolve-dead-letter.ts'
import { issueToken, revokeToken } from './tokens.ts'

export type { DispatchDependencies, DispatchSettings } from './context.ts'

/** Where keys of the control plane's own commands are kept apart from everybody's. */
const systemProject = parseProjectId('coffer-system')

const projectOf = (actor: Actor): ProjectId => (actor.kind === 'user' ? actor.projectId : systemProject)

const carryOut = (dependencies: DispatchDependencies, job: Job): Promise<DispatchAnswer> => {
  const { command } = job.request
  switch (command.type) {
    case 'CreateInstance':
      return createInstance(dependencies, job, command)
    case 'AdoptInstance':
    case 'RemoveUnlistedInstance':
      return adoptInstance(dependencies, job, command)
    case 'RenameInstance':
      return renameInstance(dependencies, job, command)
    case 'RestartInstance':
      return beginOperation(dependencies, job, command.instanceId, 'restart')
    case 'StopInstance':
      return beginOperation(dependencies, job, command.instanceId, 'stop')
    case 'StartInstance':
      return beginOperation(dependencies, job, command.instanceId, 'start')
    case 'DeleteInstance':
      return beginOperation(dependencies, job, command.instanceId, 'delete')
    case 'GrowVolume':
      return growVolume(dependencies, job, command)
    case 'CancelOperation':
      return cancelOperation(dependencies, job, command.operationId)
    case 'IssueToken':
      return issueToken(dependencies, job, command)
    case 'RevokeToken':
      return revokeToken(dependencies, job, command.tokenId)
    case 'SetProjectQuota':
    case 'DefineFlavor':
    case 'RetireFlavor':
    case 'SetDefaultDatastoreVersion':
    case 'WithdrawDatastoreVersion':
      return changeCatalogue(dependencies, job, command)
    case 'RemoveHost':
      return removeHost(dependencies, job, command)
    case 'ReplayDeadLetter':
    case 'DropDeadLetter':
      return resolveDeadLetter(dependencies, job, command)
    case 'ExcludeEvent':
      return excludeEvent(dependencies, job, command)
    default:
      return unreachable(command)
  }
}

/** The one way to write. See `Dispatch` for what it promises. */
export const createDispatch = (dependencies: DispatchDependencies & { readonly ids: IdSource }): Dispatch => {
  const idempotency = createIdempotency(dependencies)
  return async (request) => {
    request.signal.throwIfAborted()
    const forbidden = authorise(request.command, request.actor)
    if (forbidden) return refused(forbidden)
    const badKey = request.idempotencyKey === undefined ? null : idempotencyKeyRefusal(request.idempotencyKey)
    if (badKey) return refused(badKey)
    try {
      return await idempotency.run(request, projectOf(request.actor), (ids, repeat) =>
        carryOut(dependencies, createJob(request, ids, repeat)),
      )
    } catch (error) {
      if (error instanceof UnreadableHistory) return refused(error.rejection)
      throw error
    }
  }
}
