import type { Decider } from '../decider.ts'
import type { RequestCommand } from './commands.ts'
import { decide } from './decide.ts'
import type { RequestEvent } from './events.ts'
import { evolve } from './evolve.ts'
import { initialRequest, type RequestState } from './state.ts'

export type { RequestCommand } from './commands.ts'
export type { RequestEvent, RequestIds } from './events.ts'
export { requestEvents } from './events.ts'
export type { RequestState } from './state.ts'
export { requestStream } from './stream.ts'

/**
 * What makes a repeated command with an idempotency key the same command: its ids and its fingerprint, for as long as the key lives. After that
 * the key begins anew in the same stream: what it stood for stays in the log, as the audit of it does.
 */
export const request: Decider<RequestState, RequestCommand, RequestEvent> = { initial: initialRequest, decide, evolve }
