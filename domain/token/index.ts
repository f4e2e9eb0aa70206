import { defineAggregate } from '../aggregate.ts'
import { decide } from './decide.ts'
import { tokenEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { tokenIdSchema } from './id.ts'
import { tokenShown } from './shown.ts'
import { absentToken } from './state.ts'

export type { TokenCommand } from './commands.ts'
export { type TokenEvent, tokenEvents } from './events.ts'
export type { TokenState } from './state.ts'

export const token = defineAggregate({
  category: 'token',
  id: tokenIdSchema,
  events: tokenEvents,
  audience: 'project',
  shown: tokenShown,
  leadsTo: 'something',
  initial: absentToken,
  decide,
  evolve,
})

export const tokenCategory = token.category
export const tokenStream = token.stream
