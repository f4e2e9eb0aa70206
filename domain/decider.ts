import type { Rejection } from './rejection.ts'

export type Accepted<Event> = { readonly outcome: 'accepted'; readonly events: readonly Event[] }
export type Rejected = { readonly outcome: 'rejected'; readonly rejection: Rejection }
/** What a decision comes to: events (none when the wish is already fact) or a typed rejection. */
export type Decision<Event> = Accepted<Event> | Rejected

/** An aggregate or a process manager: three pure functions. `evolve` neither validates nor throws. */
export type Decider<State, Command, Event> = {
  readonly initial: State
  readonly decide: (command: Command, state: State) => Decision<Event>
  readonly evolve: (state: State, event: Event) => State
}

export const accept = <Event>(...events: readonly Event[]): Accepted<Event> => ({ outcome: 'accepted', events })
export const reject = (rejection: Rejection): Rejected => ({ outcome: 'rejected', rejection })

export const fold = <State, Command, Event>(
  decider: Decider<State, Command, Event>,
  events: Iterable<Event>,
  from: State = decider.initial,
): State => {
  let state = from
  for (const event of events) state = decider.evolve(state, event)
  return state
}

/** Ends every switch over a union: a forgotten case does not compile. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
