import { defineAggregate } from '../aggregate.ts'
import { decide } from './decide.ts'
import { deadLetterEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { deadLetterIdSchema } from './id.ts'
import { deadLetterShown } from './shown.ts'
import { openDeadLetter } from './state.ts'

export type { DeadLetterCommand } from './commands.ts'
export { type DeadLetterEvent, deadLetterEvents } from './events.ts'
export { type DeadLetterPlace, deadLetterTopic, formatPlace, topicOfDeadLetters, tryParsePlace } from './place.ts'
export type { DeadLetterState, DeadLetterStatus } from './state.ts'

export const deadLetter = defineAggregate({
  category: 'deadletter',
  id: deadLetterIdSchema,
  events: deadLetterEvents,
  audience: 'admins',
  shown: deadLetterShown,
  leadsTo: 'nothing',
  initial: openDeadLetter,
  decide,
  evolve,
})

export const deadLetterCategory = deadLetter.category
export const deadLetterStream = deadLetter.stream
