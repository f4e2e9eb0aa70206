import type { DeadLetterEvent } from './events.ts'

/** The message must have been seen where it is said to lie. */
export type DeadLetterCommand = {
  readonly type: 'ReplayDeadLetter' | 'DropDeadLetter'
} & DeadLetterEvent['data']
