import { accept, type Decision, reject } from '../decider.ts'
import { hasPassed } from '../values/time.ts'
import type { RequestCommand } from './commands.ts'
import type { RequestEvent } from './events.ts'
import type { RequestState } from './state.ts'

export const decide = (
  { requestId, fingerprint, commandId, now, expiresAt }: RequestCommand,
  state: RequestState,
): Decision<RequestEvent> => {
  if (state.status === 'UNKNOWN' || hasPassed(state.expiresAt, now)) {
    return accept({ type: 'RequestReceived', data: { requestId, fingerprint, commandId, expiresAt } })
  }
  if (state.fingerprint === fingerprint) return accept()
  return reject({
    code: 'IDEMPOTENCY_KEY_REUSED',
    message:
      'this idempotency key was used before with another input; repeat the same input to get the same answer, or choose a new key',
    field: 'idempotencyKey',
    details: { expiresAt: state.expiresAt },
  })
}
