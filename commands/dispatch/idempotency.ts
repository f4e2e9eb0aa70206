import { type ProjectId, parseCommandId } from '../../domain/ids.ts'
import { parseRequestId } from '../../domain/request/id.ts'
import { request, requestStream } from '../../domain/request/index.ts'
import { isoAfter, isoNow, type WallClock } from '../../kernel/clock.ts'
import { deriveId, type IdSource } from '../../kernel/ids.ts'
import type { DispatchRequest } from '../api.ts'
import { canonicalJson } from '../canonical-json.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { type Refused, refused } from '../public/definition.ts'
import { type RequestIds, requestIds } from '../request-ids.ts'
import { keyedHash, type MasterKey } from '../secrets/master-key.ts'

export type IdempotencyDependencies = {
  readonly handler: Handler
  readonly ids: IdSource
  readonly masterKey: MasterKey
  readonly clock: WallClock
  readonly settings: { readonly idempotencyKeyLifetimeMs: number }
}

/** Carries a command out under these ids. `repeat` is true when it may have been carried out before. */
export type CarryOut<Answer> = (ids: RequestIds, repeat: boolean) => Promise<Answer | Refused>

/**
 * The same key and input is carried out once and gives the same answer; another input under the same key is refused. The command's id is written
 * down before it is carried out, and all other ids follow from it. So a repeat after a crash at any point carries on with the same ids, and
 * everything is made once.
 *
 * A refusal has changed nothing and is not remembered: the repeat is decided again, and granted when the obstacle is gone. A key lives for
 * `idempotencyKeyLifetimeMs` from its first use and may then be used for anything.
 */
export const createIdempotency = ({ handler, ids, masterKey, clock, settings }: IdempotencyDependencies) => {
  const once = async <Answer>(
    { command, actor, traceparent, origin }: DispatchRequest,
    key: string,
    projectId: ProjectId,
    carryOut: CarryOut<Answer>,
  ): Promise<Answer | Refused> => {
    const requestId = parseRequestId(deriveId('request', projectId, keyedHash(masterKey, 'idempotency-key', key)))
    const commandId = parseCommandId(ids.next())
    const fingerprint = keyedHash(masterKey, 'fingerprint', canonicalJson(command))
    const context: CommandContext = {
      actor,
      commandId,
      correlationId: null,
      projectId,
      instanceId: null,
      causationId: commandId,
      ...(traceparent === undefined ? {} : { traceparent }),
      command: command.type,
      ...(origin && { request: origin }),
    }
    const received = await handler.handle(
      request,
      requestStream(requestId),
      {
        type: 'ReceiveRequest',
        requestId,
        fingerprint,
        commandId,
        now: isoNow(clock),
        expiresAt: isoAfter(clock, settings.idempotencyKeyLifetimeMs),
      },
      context,
    )
    if (received.outcome === 'rejected') return refused(received.rejection)
    if (received.state.status === 'UNKNOWN') throw new Error(`request ${requestId} was taken in and is not known`)
    return carryOut(requestIds(received.state.commandId), received.events.length === 0)
  }

  return {
    run: <Answer>(
      requested: DispatchRequest,
      projectId: ProjectId,
      carryOut: CarryOut<Answer>,
    ): Promise<Answer | Refused> =>
      requested.idempotencyKey === undefined
        ? carryOut(requestIds(parseCommandId(ids.next())), false)
        : once(requested, requested.idempotencyKey, projectId, carryOut),
  }
}
