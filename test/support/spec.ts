import { expect } from 'vitest'
import { type Decider, type Decision, fold } from '../../domain/decider.ts'
import type { EventDefinitions } from '../../domain/event-definition.ts'
import type { Rejection, RejectionCode } from '../../domain/rejection.ts'

type AnyEvent = { readonly type: string; readonly data: unknown }

/**
 * Given these events, when this command, then these events: `given(...).when(...).thenEvents(...)`. On the way every spec checks what
 * holds for all deciders: state and events are not changed in place, events fit their schemas and are JSON, and an accepted command that is
 * sent again does nothing more.
 */
export const specOf = <State, Command, Event extends AnyEvent>(
  decider: Decider<State, Command, Event>,
  definitions: EventDefinitions,
) => ({
  given: (...events: readonly Event[]) => {
    const state = deepFreeze(fold(decider, deepFreeze(events)))
    return { state, when: (command: Command) => outcomeOf(decider, definitions, state, deepFreeze(command)) }
  },
})

const outcomeOf = <State, Command, Event extends AnyEvent>(
  decider: Decider<State, Command, Event>,
  definitions: EventDefinitions,
  state: State,
  command: Command,
) => {
  const decision = decider.decide(command, state)
  const after = () => fold(decider, deepFreeze(eventsOf(decision)), state)
  return {
    /** Exactly these events, in this order. Returns the state they lead to. */
    thenEvents: (...expected: readonly Event[]): State => {
      expect(eventsOf(decision)).toEqual(expected)
      for (const event of eventsOf(decision)) expectStorable(definitions, event)
      expect(eventsOf(decider.decide(command, after()))).toEqual([])
      return after()
    },
    /** Events of these types. Returns them, for a closer look at some. */
    thenTypes: (...types: readonly Event['type'][]): readonly Event[] => {
      const events = eventsOf(decision)
      expect(events.map(({ type }) => type)).toEqual(types)
      for (const event of events) expectStorable(definitions, event)
      expect(eventsOf(decider.decide(command, after()))).toEqual([])
      return events
    },
    thenNothing: (): void => expect(decision).toEqual({ outcome: 'accepted', events: [] }),
    /** Refused with this code; returns the rejection. */
    thenRejected: (code: RejectionCode, expected: Partial<Omit<Rejection, 'code'>> = {}): Rejection => {
      if (decision.outcome !== 'rejected') {
        throw new Error(`expected ${code}, but it was accepted: ${JSON.stringify(decision.events)}`)
      }
      expect(decision.rejection).toMatchObject({ code, ...expected })
      return decision.rejection
    },
  }
}

/** The events of a decision that has to be an acceptance. */
export const eventsOf = <Event>(decision: Decision<Event>): readonly Event[] => {
  if (decision.outcome === 'accepted') return decision.events
  throw new Error(`rejected with ${decision.rejection.code}: ${decision.rejection.message}`)
}

/** The events that these commands lead to, one after the other; a refused command leads to none. */
export const handleInTurn = <State, Command, Event>(
  decider: Decider<State, Command, Event>,
  commands: readonly Command[],
): readonly Event[] => {
  const log: Event[] = []
  let state = decider.initial
  for (const command of commands) {
    const decision = decider.decide(command, deepFreeze(state))
    if (decision.outcome === 'rejected') continue
    log.push(...decision.events)
    state = fold(decider, decision.events, state)
  }
  return log
}

const expectStorable = (definitions: EventDefinitions, event: AnyEvent): void => {
  const definition = definitions[event.type]
  if (!definition) throw new Error(`${event.type} is not defined`)
  expect(definition.schema.safeParse(event.data)).toMatchObject({ success: true })
  expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event)
}

/** Makes a change in place throw. */
export const deepFreeze = <Value>(value: Value): Value => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
