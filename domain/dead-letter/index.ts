import type { Decider } from '../decider.ts'
import type { DeadLetterCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { DeadLetterEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { type DeadLetterState, openDeadLetter } from './state.ts'

export type { DeadLetterCommand } from './commands.ts'
export { type DeadLetterEvent, deadLetterEvents } from './events.ts'
export { type DeadLetterPlace, deadLetterTopic, formatPlace, topicOfDeadLetters, tryParsePlace } from './place.ts'
export type { DeadLetterState, DeadLetterStatus } from './state.ts'
export { deadLetterCategory, deadLetterStream } from './stream.ts'

export const deadLetter: Decider<DeadLetterState, DeadLetterCommand, DeadLetterEvent> = {
  initial: openDeadLetter,
  decide,
  evolve,
}
