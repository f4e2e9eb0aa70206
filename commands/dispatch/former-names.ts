import { type InstanceId, type ProjectId, parseInstanceId } from '../../domain/ids.ts'
import { instance, instanceStream } from '../../domain/instance/index.ts'
import type { LapsedHold } from '../../domain/project/commands.ts'
import { type ProjectState, project, projectStream } from '../../domain/project/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { sameName } from '../../domain/values/names.ts'
import type { CommandContext, Handled, Handler } from '../handle.ts'

type Asked = Handled<ProjectState, unknown>
/** `refusedBy`: the instance that a hold of the name has lapsed of, and that has been told that it does not get the name any more. */
export type AskForName = (refusedBy: LapsedHold | undefined) => Promise<Asked>

/**
 * Asks once more where a name was refused that its holder does not have: one that it had before, which the sagas confirm a moment after the rename, or one that
 * was held for it and not given in time. Of the latter its own stream is told first: a process that was held up between the hold and the rename
 * is refused there, however late it goes on.
 */
export const withFormerNames = async (
  handler: Handler,
  { projectId, name }: { readonly projectId: ProjectId; readonly name: string },
  context: CommandContext,
  ask: AskForName,
): Promise<Asked> => {
  const first = await ask(undefined)
  if (first.outcome === 'accepted' || first.rejection.field !== 'name') return first
  const holder = holderOf(first.rejection)
  if (holder === null) return first
  const { instanceId, heldUntil } = holder
  const stream = instanceStream(instanceId)
  const by = { ...context, correlationId: null, instanceId }
  const nameFence = (first.revision ?? 0) + 1
  const { state } =
    heldUntil === null
      ? await handler.load(instance, stream)
      : await handler.handle(instance, stream, { type: 'LapseName', name, nameFence }, by)
  const hasIt = state.status !== 'ABSENT' && state.status !== 'DELETED' && sameName(state.name, name)
  if (heldUntil !== null && !hasIt) return ask({ instanceId, heldUntil })
  if (state.status === 'ABSENT' || state.status === 'DELETED') return first
  const confirm = { type: 'ConfirmName', projectId, instanceId, name: state.name } as const
  const confirmed = await handler.handle(project, projectStream(projectId), confirm, by)
  return confirmed.outcome === 'accepted' && confirmed.events.length > 0 ? ask(undefined) : first
}

type Holder = { readonly instanceId: InstanceId; readonly heldUntil: string | null }

const holderOf = ({ details }: Rejection): Holder | null => {
  const { instanceId, heldUntil } = details ?? {}
  if (typeof instanceId !== 'string') return null
  return { instanceId: parseInstanceId(instanceId), heldUntil: typeof heldUntil === 'string' ? heldUntil : null }
}
