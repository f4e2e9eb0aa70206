import type { AggregateOf, Category } from '../aggregates.ts'
import type { CofferEvent } from '../catalogue.ts'
import { backupReactions } from './backup.ts'
import { configurationReactions } from './configuration.ts'
import { hostReactions } from './host.ts'
import { instanceReactions } from './instance.ts'
import { operationReactions } from './operation.ts'
import type { Effect, Reacting, ReactionsOf } from './reaction.ts'
import { scheduleReactions } from './schedule.ts'
import { timetableReactions } from './timetable.ts'
import { tokenReactions } from './token.ts'

type Leading = { readonly [C in Category]: AggregateOf<C>['leadsTo'] extends 'nothing' ? never : C }[Category]

/** What every event of the aggregates leads to whose events lead to anything: what is forgotten does not compile. */
export type ReactionTable = { readonly [C in Leading]: ReactionsOf<AggregateOf<C>> }

export const reactionTable: ReactionTable = {
  instance: instanceReactions,
  operation: operationReactions,
  host: hostReactions,
  backup: backupReactions,
  token: tokenReactions,
  schedule: scheduleReactions,
  timetable: timetableReactions,
  configuration: configurationReactions,
}

export type Reactions = {
  /**
   * The events that lead to something: for all others nothing needs to be read, and the relay publishes none of them to sagas. A type stays here
   * for as long as sagas of a version may run in which it leads to something.
   */
  readonly types: ReadonlySet<string>
  /**
   * Whether the aggregate must be seen as it is now for what this event leads to: resources released meanwhile would be held again. All
   * else comes to the same from any state since the event, as it follows from what never changes, or the aggregate it is for knows of a
   * repeat.
   */
  readonly needPresent: (event: Pick<CofferEvent, 'type'>) => boolean
  /**
   * What an event leads to. `state`: of its aggregate after the event or later, and as it is now where `needPresent`: what was asked for and
   * is over by then is not begun again.
   */
  readonly to: (event: CofferEvent, state: unknown) => readonly Effect[]
}

type AnyReacting = Reacting<CofferEvent, unknown>

export const createReactions = (table: ReactionTable): Reactions => {
  const reactingByType: ReadonlyMap<string, AnyReacting> = new Map(
    Object.values<ReactionTable[Leading]>(table).flatMap((ofCategory) =>
      Object.entries<unknown>(ofCategory).flatMap(([type, reacting]) =>
        // An event type belongs to one category, whose event and state it is given.
        reacting === 'none' ? [] : [[type, reacting as AnyReacting] as const],
      ),
    ),
  )
  return {
    types: new Set(reactingByType.keys()),
    needPresent: ({ type }) => typeof reactingByType.get(type) === 'object',
    to: (event, state) => {
      const reacting = reactingByType.get(event.type)
      if (!reacting) return []
      return typeof reacting === 'object' ? reacting.present(event, state) : reacting(event, state)
    },
  }
}

export const reactions: Reactions = createReactions(reactionTable)
