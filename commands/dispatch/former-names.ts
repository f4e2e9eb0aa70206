import type { ProjectId } from '../../domain/ids.ts'
import { parseInstanceId } from '../../domain/ids.ts'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { CommandContext, Handler } from '../handle.ts'

type Outcome = { readonly outcome: 'accepted' } | { readonly outcome: 'rejected'; readonly rejection: Rejection }

/**
 * Asks once more where a name was refused that its holder does not have any more: that is confirmed by the sagas a moment after the rename, and
 * here for whoever is faster than they are.
 */
export const withFormerNames = async <Asked extends Outcome>(
  handler: Handler,
  projectId: ProjectId,
  context: CommandContext,
  ask: () => Promise<Asked>,
): Promise<Asked> => {
  const first = await ask()
  if (first.outcome === 'accepted' || first.rejection.field !== 'name') return first
  const holder = first.rejection.details?.instanceId
  if (holder === undefined || holder === null) return first
  const instanceId = parseInstanceId(holder)
  const { state } = await handler.load(instance, instanceStream(instanceId))
  if (state.status === 'ABSENT' || state.status === 'DELETED') return first
  const confirm = { type: 'ConfirmName', projectId, instanceId, name: state.name } as const
  const confirmed = await handler.handle(project, projectStream(projectId), confirm, { ...context, instanceId })
  return confirmed.outcome === 'accepted' && confirmed.events.length > 0 ? ask() : first
}
