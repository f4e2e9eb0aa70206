import { unreachable } from '../decider.ts'
import type { DeadLetterEvent } from './events.ts'
import type { DeadLetterState } from './state.ts'

export const evolve = (_: DeadLetterState, event: DeadLetterEvent): DeadLetterState => {
  const { resolvedBy } = event.data
  switch (event.type) {
    case 'DeadLetterReplayed':
      return { status: 'REPLAYED', resolvedBy }
    case 'DeadLetterDropped':
      return { status: 'DROPPED', resolvedBy }
    default:
      return unreachable(event)
  }
}
