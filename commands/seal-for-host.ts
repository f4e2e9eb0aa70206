import { host, hostStream } from '../domain/host/index.ts'
import type { HostId, OperationId } from '../domain/ids.ts'
import type { Rejection } from '../domain/rejection.ts'
import type { SealingKey } from '../domain/values/sealing-key.ts'
import type { CommandContext, Handler } from './handle.ts'

export type TakenKey =
  | { readonly ok: true; readonly key: SealingKey }
  | { readonly ok: false; readonly rejection: Rejection }

/** A key of the host that secrets of this operation are sealed to, and no others. */
export const takeSealingKey = async (
  handler: Handler,
  hostId: HostId,
  operationId: OperationId,
  context: CommandContext,
): Promise<TakenKey> => {
  const command = { type: 'TakeSealingKey', hostId, operationId } as const
  const handled = await handler.handle(host, hostStream(hostId), command, context)
  if (handled.outcome === 'rejected') return { ok: false, rejection: handled.rejection }
  const last = handled.state.status === 'UNREGISTERED' ? null : handled.state.sealingKeys.last
  if (last?.operationId === operationId) return { ok: true, key: last.key }
  throw new Error(`host ${hostId} has given another operation its key`)
}
