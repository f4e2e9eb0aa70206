import type { RequestEvent } from './events.ts'
import type { RequestState } from './state.ts'

export const evolve = (_state: RequestState, { data }: RequestEvent): RequestState => {
  const { fingerprint, commandId, expiresAt } = data
  return { status: 'RECEIVED', fingerprint, commandId, expiresAt }
}
