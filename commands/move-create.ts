import type { HostId } from '../domain/ids.ts'
import type { ProvisioningInstance } from '../domain/instance/index.ts'
import { hasBegun, operation, operationStream } from '../domain/operation/index.ts'
import type { UserSpec } from '../domain/values/instance-spec.ts'
import type { SealingKey } from '../domain/values/sealing-key.ts'
import { isoNow } from '../kernel/clock.ts'
import { type ClaimDependencies, claimHost, releaseHost } from './claim-host.ts'
import { guestCommandIds } from './guest-command-ids.ts'
import type { CommandContext } from './handle.ts'

/** The users with their passwords sealed to another key. */
export type Reseal = (key: SealingKey) => Promise<readonly UserSpec[]>

/**
 * Has another host make an instance whose host is lost, if one has room. `reseal`: null where no passwords are sealed. Resolves with that host, or with
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
    const { instanceId, spec, hostId: from } = state
    const { operationId } = state.operation
    const placed = await claimHost(deps, { instanceId, spec, hasSecrets: reseal !== null, holdMs }, context)
    if (!placed.ok) return null
    const { hostId, sealingKey } = placed
    const users = sealingKey && reseal ? await reseal(sealingKey) : []
    // Others than those of any host before, whose journals may know them.
    const commandIds = guestCommandIds(operationId, state.operation.kind, context.commandId)
    const key = sealingKey?.number ?? null
    const command = {
      type: 'MoveOperation',
      from,
      hostId,
      sealingKey: key,
      users,
      commandIds,
      now: isoNow(deps.clock),
    } as const
    const { handler } = deps
    const handled = await handler.handle(operation, operationStream(operationId), command, context)
    if (hasBegun(handled.state) && handled.state.subject.hostId === hostId) return hostId
    await releaseHost(handler, hostId, instanceId, context)
    return null
  }
