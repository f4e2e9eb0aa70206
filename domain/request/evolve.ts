import { unreachable } from '../decider.ts'
import type { RequestEvent } from './events.ts'
import type { RequestState } from './state.ts'

export const evolve = (state: RequestState, event: RequestEvent): RequestState => {
  switch (event.type) {
    case 'RequestReceived': {
      const { fingerprint, ids, expiresAt } = event.data
      return { status: 'RECEIVED', fingerprint, ids, expiresAt }
    }
    case 'RequestRefused':
      return state
    default:
      return unreachable(event)
  }
}
