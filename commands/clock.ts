/** Milliseconds since 1970, UTC. */
export type Clock = { readonly now: () => number }

export const systemClock: Clock = { now: () => Date.now() }

export const isoNow = (clock: Clock): string => new Date(clock.now()).toISOString()

export const isoAfter = (clock: Clock, ms: number): string => new Date(clock.now() + ms).toISOString()
