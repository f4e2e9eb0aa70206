import type { z } from 'zod'
import { aggregates, type Category, tryCategory } from './aggregates.ts'
import { type CofferEvent, type CofferEventType, eventCatalogue } from './catalogue.ts'
import { type EventDefinitions, tryDecodeEvent } from './event-definition.ts'
import { checkFitted, fitted } from './fitted.ts'
import { type EventMetadata, metadataSchema } from './metadata.ts'

/** An event as a store has it. Other versions and other programs write there too, so nothing in it may be relied on. */
export type RawStoredEvent = {
  readonly stream: string
  readonly type: string
  readonly version: number
  readonly data: unknown
  readonly metadata: unknown
}

/**
 * Why an event cannot be read. `UNKNOWN_TYPE` and `NEWER_VERSION`: a newer version of Coffer, or another program, wrote it.
 * `WRONG_STREAM`: its type belongs to another category. `MALFORMED_DATA`, `MALFORMED_METADATA`: they do not fit their schemas.
 */
export const unreadableReasons = [
  'UNKNOWN_TYPE',
  'NEWER_VERSION',
  'WRONG_STREAM',
  'MALFORMED_DATA',
  'MALFORMED_METADATA',
] as const
export type UnreadableReason = (typeof unreadableReasons)[number]

export type ReadableEvent<Stored> = {
  readonly readable: true
  readonly stored: Stored
  /** Brought up to the present version. */
  readonly event: CofferEvent
  readonly metadata: EventMetadata
}
export type UnreadableEvent<Stored> = {
  readonly readable: false
  readonly stored: Stored
  readonly reason: UnreadableReason
  /** For a person. Names fields, never what is in them. */
  readonly detail: string
}
export type CheckedEvent<Stored> = ReadableEvent<Stored> | UnreadableEvent<Stored>

/**
 * The one place where a stored event is checked: its stream, its type and version, its data and its metadata. Returns null for an event in
 * a stream that is not ours.
 */
export const checkEvent = <Stored extends RawStoredEvent>(stored: Stored): CheckedEvent<Stored> | null => {
  const category = tryCategory(stored.stream)
  return category && checkIn(category, stored)
}

/** The same of several, without those that are not ours. */
export const checkEvents = <Stored extends RawStoredEvent>(
  events: readonly Stored[],
): readonly CheckedEvent<Stored>[] => events.flatMap((stored) => checkEvent(stored) ?? [])

const checkIn = <Stored extends RawStoredEvent>(category: Category, stored: Stored): CheckedEvent<Stored> => {
  const unreadable = (reason: UnreadableReason, detail: string): UnreadableEvent<Stored> => ({
    readable: false,
    stored,
    reason,
    detail,
  })
  const { type, version, data } = stored
  const definitions: EventDefinitions = aggregates[category].events
  const definition = Object.hasOwn(definitions, type) ? definitions[type] : undefined
  if (!definition) {
    return typeNames.has(type)
      ? unreadable('WRONG_STREAM', `${type} does not belong in a stream of category ${category}`)
      : unreadable('UNKNOWN_TYPE', `no event of this version has the type ${type}`)
  }
  const metadata = checkFitted(fittedMetadata, stored.metadata)
  if (!metadata.success) return unreadable('MALFORMED_METADATA', faultsOf(metadata.error, 'metadata'))
  if (!Number.isInteger(version))
    return unreadable('MALFORMED_METADATA', 'metadata.schemaVersion is not a whole number')
  if (version > definition.version) {
    return unreadable(
      'NEWER_VERSION',
      `${type} has version ${version}; this program knows it up to ${definition.version}`,
    )
  }
  const decoded = decode(definitions, { type, version, data })
  if (!decoded.known) return unreadable('MALFORMED_DATA', decoded.reason)
  const checked = checkFitted(definition, decoded.event.data)
  if (!checked.success) return unreadable('MALFORMED_DATA', faultsOf(checked.error, 'data'))
  // Type and data belong together: the definition of the type has just accepted the data.
  const event = { type: typeNames.get(type), data: checked.data } as CofferEvent
  return { readable: true, stored, event, metadata: metadata.data }
}

const fittedMetadata = fitted(metadataSchema)

/** An upcast takes the shape of what it is given on trust, and throws on another one. */
const decode = (definitions: EventDefinitions, raw: Pick<RawStoredEvent, 'type' | 'version' | 'data'>) => {
  try {
    return tryDecodeEvent(definitions, raw)
  } catch {
    return { known: false, reason: `its data is not that of ${raw.type} version ${raw.version}` } as const
  }
}

/** The one string for each type: what is looked up by it is found faster than by a copy that was just read. */
const typeNames = new Map(Object.keys(eventCatalogue).map((type) => [type, type as CofferEventType]))

const maxFaults = 5

/** The fields at fault and what is asked of them. Values are left out: they may be anybody's. */
const faultsOf = (error: z.ZodError, root: string): string => {
  const faults = error.issues.map(({ path, code, ...issue }) => {
    const fault = 'expected' in issue ? `${issue.expected} expected` : code.replaceAll('_', ' ')
    return `${[root, ...path].join('.')}: ${fault}`
  })
  const shown = faults.slice(0, maxFaults).join('; ')
  return faults.length > maxFaults ? `${shown}; and ${faults.length - maxFaults} more` : shown
}
