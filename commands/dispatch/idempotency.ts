import {
  type ProjectId,
  parseCommandId,
  parseInstanceId,
  parseOperationId,
  parseRequestId,
  parseTokenId,
} from '../../domain/ids.ts'
import { type RequestIds, request, requestStream } from '../../domain/request/index.ts'
import { isoAfter, isoNow, type WallClock } from '../../kernel/clock.ts'
import { deriveId, type IdSource } from '../../kernel/ids.ts'
import type { DispatchAnswer, DispatchRequest } from '../api.ts'
import { canonicalJson } from '../canonical-json.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { keyedHash, type MasterKey } from '../secrets/master-key.ts'

export type IdempotencyDependencies = {
  readonly handler: Handler
  readonly ids: IdSource
  readonly masterKey: MasterKey
  readonly clock: WallClock
  readonly settings: { readonly idempotencyKeyLifetimeMs: number }
}

/** Carries a command out under these ids. `repeat` is true when it may have been carried out before. */
export type CarryOut = (ids: RequestIds, repeat: boolean) => Promise<DispatchAnswer>

const newIds = (ids: IdSource): RequestIds => ({
  commandId: parseCommandId(ids.next()),
  instanceId: parseInstanceId(ids.next()),
  operationId: parseOperationId(ids.next()),
  tokenId: parseTokenId(ids.next()),
})

/**
 * The same key and input is carried out once and gives the same answer; another input under the same key is refused. The ids are written
 * down before the command is carried out, so a repeat after a crash at any point carries on with the same ids and everything is made once.
 *
 * A refusal has changed nothing and is not remembered: the repeat is decided anew, and granted when what stood in its way is gone. A key lives for
 * `idempotencyKeyLifetimeMs` from its first use and may then be used for anything.
 */
export const createIdempotency = ({ handler, ids, masterKey, clock, settings }: IdempotencyDependencies) => {
  const once = async (
    { command, actor, traceparent }: DispatchRequest,
    key: string,
    projectId: ProjectId,
    carryOut: CarryOut,
  ): Promise<DispatchAnswer> => {
    const requestId = parseRequestId(deriveId('request', projectId, keyedHash(masterKey, 'idempotency-key', key)))
    const fresh = newIds(ids)
    const fingerprint = keyedHash(masterKey, 'fingerprint', canonicalJson(command))
    const context: CommandContext = {
      actor,
      commandId: fresh.commandId,
      correlationId: null,
      projectId,
      instanceId: null,
      causationId: fresh.commandId,
      ...(traceparent === undefined ? {} : { traceparent }),
    }
    const received = await handler.handle(
      request,
      requestStream(requestId),
      {
        type: 'ReceiveRequest',
        requestId,
        fingerprint,
        ids: fresh,
        now: isoNow(clock),
        expiresAt: isoAfter(clock, settings.idempotencyKeyLifetimeMs),
      },
      context,
    )
    if (received.outcome === 'rejected') return { accepted: false, rejection: received.rejection }
    if (received.state.status === 'UNKNOWN') throw new Error(`request ${requestId} was taken in and is not known`)
    return carryOut(received.state.ids, received.events.length === 0)
  }

  return {
    run: (requested: DispatchRequest, projectId: ProjectId, carryOut: CarryOut): Promise<DispatchAnswer> =>
      requested.idempotencyKey === undefined
        ? carryOut(newIds(ids), false)
        : once(requested, requested.idempotencyKey, projectId, carryOut),
  }
}
