import { defineAggregate } from '../aggregate.ts'
import { decide } from './decide.ts'
import { requestEvents } from './events.ts'
import { evolve } from './evolve.ts'
import { requestIdSchema } from './id.ts'
import { requestShown } from './shown.ts'
import { initialRequest } from './state.ts'

export type { RequestCommand } from './commands.ts'
export type { RequestEvent } from './events.ts'
export { requestEvents } from './events.ts'
export type { RequestState } from './state.ts'

/**
 * What makes a repeated command with an idempotency key the same command: its ids and its fingerprint, for as long as the key lives. After that
 * the key begins anew in the same stream: what it stood for stays in the log, as the audit of it does.
 */
export const request = defineAggregate({
  category: 'request',
  id: requestIdSchema,
  events: requestEvents,
  audience: 'project',
  shown: requestShown,
  leadsTo: 'nothing',
  initial: initialRequest,
  decide,
  evolve,
})

export const requestStream = request.stream
