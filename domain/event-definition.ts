import type { z } from 'zod'
import { type Fitted, fitted } from './fitted.ts'

type Upcast = (data: never) => unknown

/** One event type: its current version, the schema of that version's data, and a step up from every older version. */
export type EventDefinition<Data = unknown> = Fitted<z.ZodType<Data>> & {
  readonly version: number
  /** `upcasts[1]` turns data of version 1 into data of version 2, and so on: one step each. */
  readonly upcasts: Readonly<Record<number, Upcast>>
}

export type EventDefinitions = Readonly<Record<string, EventDefinition>>

/** The union `{ type, data }` of everything a set of definitions names. */
export type EventOf<Definitions extends EventDefinitions> = {
  readonly [Type in keyof Definitions & string]: {
    readonly type: Type
    readonly data: Readonly<z.infer<Definitions[Type]['schema']>>
  }
}[keyof Definitions & string]

export const defineEvent = <Data>(
  version: number,
  schema: z.ZodType<Data>,
  upcasts: Readonly<Record<number, Upcast>> = {},
): EventDefinition<Data> => {
  for (let from = 1; from < version; from += 1) {
    if (!upcasts[from]) throw new Error(`event version ${version} has no upcast from version ${from}`)
  }
  return { version, ...fitted(schema), upcasts }
}

export type RawEvent = { readonly type: string; readonly version: number; readonly data: unknown }

export type Decoded<Event> =
  | { readonly known: true; readonly event: Event }
  | { readonly known: false; readonly reason: string }

/**
 * Turns what is stored into today's event: an older version goes up one step at a time. Types and versions that this
 * program does not know stop here. The data itself was validated when it was appended and is not validated again.
 */
export const tryDecodeEvent = <Definitions extends EventDefinitions>(
  definitions: Definitions,
  raw: RawEvent,
): Decoded<EventOf<Definitions>> => {
  const definition = Object.hasOwn(definitions, raw.type) ? definitions[raw.type] : undefined
  if (!definition) return { known: false, reason: `unknown event type ${raw.type}` }
  if (raw.version > definition.version) {
    return { known: false, reason: `${raw.type} version ${raw.version} is newer than ${definition.version}` }
  }
  let data = raw.data
  for (let from = raw.version; from < definition.version; from += 1) {
    const upcast = definition.upcasts[from]
    if (!upcast) return { known: false, reason: `${raw.type} has no upcast from version ${from}` }
    // Stored JSON of exactly this version: the only place where its shape is taken on trust.
    data = upcast(data as never)
  }
  // The type was found in the definitions and the data brought up to its version.
  return { known: true, event: { type: raw.type, data } as EventOf<Definitions> }
}
