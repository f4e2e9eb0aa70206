import type { HostId, NodeId } from '../domain/ids.ts'
import { type ProvisioningInstance, primaryOf } from '../domain/instance/index.ts'
import { hasBegun, operation, operationStream } from '../domain/operation/index.ts'
import type { UserSpec } from '../domain/values/instance-spec.ts'
import type { SealingKey } from '../domain/values/sealing-key.ts'
import { isoNow } from '../kernel/clock.ts'
import { type ClaimDependencies, claimHost, releaseHost } from './claim-host.ts'
import { guestCommandIds } from './guest-command-ids.ts'
import type { CommandContext } from './handle.ts'
import { replacementOf } from './request-ids.ts'

/** The users with their passwords sealed to another key, for another node. */
export type Reseal = (key: SealingKey, nodeId: NodeId) => Promise<readonly UserSpec[]>

/**
 * Has another host make an instance whose host is lost, if one has room: its node there takes the place of the one before. `reseal`: null where no passwords are sealed. Resolves with that host, or with
 * null if none has room or the instance needs no other host any more. Calling it again does no harm.
 */
export type MoveCreate = (
  state: ProvisioningInstance,
  reseal: Reseal | null,
  context: CommandContext,
) => Promise<HostId | null>

/** For as long as it may take until the instance has followed its operation. */
const holdMs = 600_000

export const createMoveCreate =
  (deps: ClaimDependencies): MoveCreate =>
  async (state, reseal, context) => {
    const { instanceId, spec } = state
    const replaced = primaryOf(state)
    const { hostId: from } = replaced
    const nodeId = replacementOf(replaced.nodeId)
    const { operationId } = state.operation
    const placed = await claimHost(
      deps,
      { nodeId, instanceId, operationId, spec, hasSecrets: reseal !== null, holdMs },
      context,
    )
    if (!placed.ok) return null
    const { hostId, sealingKey } = placed
    const users = sealingKey && reseal ? await reseal(sealingKey, nodeId) : []
    // Others than those of any host before, whose journals may know them.
    const commandIds = guestCommandIds(operationId, state.operation.kind, context.commandId)
    const command = {
      type: 'MoveOperation',
      from,
      nodeId,
      hostId,
      sealingKey: sealingKey?.number ?? null,
      users,
      commandIds,
      now: isoNow(deps.clock),
    } as const
    const { handler } = deps
    const handled = await handler.handle(operation, operationStream(operationId), command, context)
    if (hasBegun(handled.state) && handled.state.subject.hostId === hostId) return hostId
    await releaseHost(handler, hostId, { nodeId, instanceId, operationId }, context)
    return null
  }
