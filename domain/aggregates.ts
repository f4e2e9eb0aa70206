import { z } from 'zod'
import type { Timer } from './aggregate.ts'
import { backup } from './backup/index.ts'
import { configuration } from './configuration/index.ts'
import { datastore } from './datastore/index.ts'
import { deadLetter } from './dead-letter/index.ts'
import type { Decider } from './decider.ts'
import type { EventDefinitions, EventOf } from './event-definition.ts'
import { exclusion } from './exclusion/index.ts'
import { checkFitted, type Fitted, fitted } from './fitted.ts'
import { flavor } from './flavor/index.ts'
import { fleet } from './fleet/index.ts'
import { host } from './host/index.ts'
import { instance } from './instance/index.ts'
import { operation } from './operation/index.ts'
import { parameters } from './parameters/index.ts'
import { project } from './project/index.ts'
import { request } from './request/index.ts'
import { schedule } from './schedule/index.ts'
import type { StreamName } from './stream.ts'
import { timetable } from './timetable/index.ts'
import { token } from './token/index.ts'

/**
 * Every aggregate there is, by its category; nothing that holds keys. What is followed and published, the event catalogue, the
 * reactions, the timers and the check of what is stored follow from here.
 */
export const aggregates = {
  [instance.category]: instance,
  [project.category]: project,
  [host.category]: host,
  [fleet.category]: fleet,
  [flavor.category]: flavor,
  [datastore.category]: datastore,
  [parameters.category]: parameters,
  [configuration.category]: configuration,
  [token.category]: token,
  [operation.category]: operation,
  [backup.category]: backup,
  [schedule.category]: schedule,
  [timetable.category]: timetable,
  [request.category]: request,
  [exclusion.category]: exclusion,
  [deadLetter.category]: deadLetter,
}

export type Category = keyof typeof aggregates
export type AggregateOf<C extends Category> = (typeof aggregates)[C]
export type EventsOf<C extends Category> = AggregateOf<C>['events']
export type CofferEvent = { readonly [C in Category]: EventOf<EventsOf<C>> }[Category]
/** Of a category that only the running program knows: it is given what its own streams hold, and nothing else. */
export type AnyAggregate = Decider<unknown, unknown, CofferEvent> & {
  readonly category: Category
  readonly id: z.ZodType<string>
  readonly events: EventDefinitions
  readonly audience: 'project' | 'admins'
  readonly stream: (id: string) => StreamName
  readonly timer?: Timer<unknown, unknown>
}

export const allCategories = Object.keys(aggregates) as readonly Category[]

export const aggregateOf = (category: Category): AnyAggregate => aggregates[category] as unknown as AnyAggregate

/** Null for a stream of another program: a stream is ours by its category and by an id of ours. */
export const tryCategory = (stream: string): Category | null => {
  const dash = stream.indexOf('-')
  const category = stream.slice(0, dash)
  if (!isCategory(category)) return null
  const id = stream.slice(dash + 1)
  return checkFitted(idSchemas[category], id).success ? category : null
}

const isCategory = (category: string): category is Category => Object.hasOwn(aggregates, category)

/** A stream of exclusions is ours if the one that it is about is, which only this file can tell. */
const excludedStreamSchema: z.ZodType<string> = z
  .string()
  .refine((stream): boolean => !stream.startsWith(`${exclusion.category}-`) && tryCategory(stream) !== null)

/** Asked of every event that is read. */
const idSchemas = {
  ...(Object.fromEntries(
    allCategories.map((category) => [category, fitted<z.ZodType<string>>(aggregates[category].id)]),
  ) as Readonly<Record<Category, Fitted<z.ZodType<string>>>>),
  [exclusion.category]: fitted(excludedStreamSchema),
}
