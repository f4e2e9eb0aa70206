import { EventRefused, maxEventBytes, type NewEvent } from '../ports/event-store.ts'

export type EventJson = { readonly data: string; readonly metadata: string }

/**
 * The texts an event is stored as. `JSON.stringify` alone would change what it cannot express (a Date, NaN, undefined) instead of
 * refusing it, and the writer would read back something else than it wrote. Throws `EventRefused`.
 */
export const serializeEvent = (event: NewEvent): EventJson => {
  // `traceparent` may be absent, and `undefined` is how TypeScript lets that be written.
  const metadata = Object.fromEntries(Object.entries(event.metadata).filter(([, value]) => value !== undefined))
  const fault = findNonJson({ data: event.data, metadata }, 0)
  if (fault !== undefined) {
    throw new EventRefused(`event ${event.type} ${event.id}: ${fault.slice(1)}, only JSON values can be stored`)
  }
  const json = { data: JSON.stringify(event.data), metadata: JSON.stringify(metadata) }
  const bytes = Buffer.byteLength(json.data) + Buffer.byteLength(json.metadata)
  if (bytes > maxEventBytes) {
    throw new EventRefused(`event ${event.type} ${event.id} has ${bytes} bytes, at most ${maxEventBytes} can be stored`)
  }
  return json
}

const maxDepth = 200

/** `.path.to[0].it is a Date` for the first part that is not JSON. The path is put together on the way back, so a sound value costs none. */
const findNonJson = (value: unknown, depth: number): string | undefined => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : ` is ${value}`
  if (value === undefined) return ' is undefined'
  if (typeof value !== 'object') return ` is a ${typeof value}`
  if (depth > maxDepth) return ` is nested over ${maxDepth} levels deep, or contains itself`
  if (Array.isArray(value)) {
    // By index, because iteration methods skip the holes of a sparse array.
    for (let index = 0; index < value.length; index++) {
      const fault = findNonJson(value[index], depth + 1)
      if (fault !== undefined) return `[${index}]${fault}`
    }
    return undefined
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return ` is a ${prototype.constructor?.name ?? 'class'}`
  for (const [key, property] of Object.entries(value)) {
    const fault = findNonJson(property, depth + 1)
    if (fault !== undefined) return `.${key}${fault}`
  }
  return undefined
}
