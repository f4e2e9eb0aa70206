/** Milliseconds since 1970, UTC. */
export type Clock = { readonly now: () => number }

/** Makes UUIDs of version 7. */
export type IdSource = { readonly next: () => string }

export const isoNow = (clock: Clock): string => new Date(clock.now()).toISOString()
