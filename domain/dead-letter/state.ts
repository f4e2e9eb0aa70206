import type { CommandId } from '../ids.ts'

/** What was decided about a parked message. Its being there at all is no event: consumers without a log park messages, too. */
export type DeadLetterState =
  | { readonly status: 'OPEN' }
  | { readonly status: 'REPLAYED' | 'DROPPED'; readonly resolvedBy: CommandId }

export type DeadLetterStatus = DeadLetterState['status']

export const openDeadLetter: DeadLetterState = { status: 'OPEN' }
