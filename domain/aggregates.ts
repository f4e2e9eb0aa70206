import { z } from 'zod'
import { datastoreEvents } from './datastore/events.ts'
import { datastoreCategory } from './datastore/stream.ts'
import { deadLetterEvents } from './dead-letter/events.ts'
import { deadLetterCategory } from './dead-letter/stream.ts'
import type { EventDefinitions } from './event-definition.ts'
import { exclusionEvents } from './exclusion/events.ts'
import { exclusionCategory } from './exclusion/stream.ts'
import { flavorEvents } from './flavor/events.ts'
import { flavorCategory } from './flavor/stream.ts'
import { hostEvents } from './host/events.ts'
import { hostCategory } from './host/stream.ts'
import {
  deadLetterIdSchema,
  flavorIdSchema,
  hostIdSchema,
  instanceIdSchema,
  operationIdSchema,
  projectIdSchema,
  requestIdSchema,
  tokenIdSchema,
} from './ids.ts'
import { instanceEvents } from './instance/events.ts'
import { instanceCategory } from './instance/stream.ts'
import { operationEvents } from './operation/events.ts'
import { operationCategory } from './operation/stream.ts'
import { projectEvents } from './project/events.ts'
import { projectCategory } from './project/stream.ts'
import { requestEvents } from './request/events.ts'
import { requestCategory } from './request/stream.ts'
import { tokenEvents } from './token/events.ts'
import { tokenCategory } from './token/stream.ts'
import { datastoreTypeSchema } from './values/instance-spec.ts'

/** What the streams of a category are named by, and the events that may be in them. */
type AggregateStreams = { readonly id: z.ZodType<string>; readonly events: EventDefinitions }

/** A stream of exclusions is named by the stream whose events they are. */
const excludedStreamSchema: z.ZodType<string> = z
  .string()
  .refine((stream): boolean => !stream.startsWith(`${exclusionCategory}-`) && tryCategory(stream) !== null)

/** Every category of streams that is followed and published; nothing that holds keys. */
export const aggregates = {
  [instanceCategory]: { id: instanceIdSchema, events: instanceEvents },
  [projectCategory]: { id: projectIdSchema, events: projectEvents },
  [hostCategory]: { id: hostIdSchema, events: hostEvents },
  [flavorCategory]: { id: flavorIdSchema, events: flavorEvents },
  [datastoreCategory]: { id: datastoreTypeSchema, events: datastoreEvents },
  [tokenCategory]: { id: tokenIdSchema, events: tokenEvents },
  [operationCategory]: { id: operationIdSchema, events: operationEvents },
  [requestCategory]: { id: requestIdSchema, events: requestEvents },
  [exclusionCategory]: { id: excludedStreamSchema, events: exclusionEvents },
  [deadLetterCategory]: { id: deadLetterIdSchema, events: deadLetterEvents },
} as const satisfies Readonly<Record<string, AggregateStreams>>

export type Category = keyof typeof aggregates
export const allCategories = Object.keys(aggregates) as readonly Category[]

/** Null for a stream of another program: a stream is ours by its category and by an id of ours. */
export const tryCategory = (stream: string): Category | null => {
  const dash = stream.indexOf('-')
  const category = stream.slice(0, dash)
  if (!isCategory(category)) return null
  return aggregates[category].id.safeParse(stream.slice(dash + 1)).success ? category : null
}

const isCategory = (category: string): category is Category => Object.hasOwn(aggregates, category)
