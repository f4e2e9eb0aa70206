/** Errors of the ports that say a store cannot be reached for now. Every other error of a handler is a bug: waiting does not mend it. */
const outageCodes: ReadonlySet<unknown> = new Set([
  'EVENT_STORE_UNAVAILABLE',
  'VIEW_STORE_UNAVAILABLE',
  'MESSAGE_BUS_UNAVAILABLE',
])

export const isOutage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && outageCodes.has(error.code)
