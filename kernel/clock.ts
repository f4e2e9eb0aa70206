/** The time as people tell it: may be set, so it can jump and go back. */
export type WallClock = {
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number
}

export type Clock = WallClock & {
  /** Milliseconds, with fractions, since an arbitrary moment. Never goes back: durations are measured by it. */
  readonly elapsedMs: () => number
}

export const systemClock: Clock = { now: () => Date.now(), elapsedMs: () => performance.now() }

export const isoNow = (clock: WallClock): string => new Date(clock.now()).toISOString()

export const isoAfter = (clock: WallClock, ms: number): string => new Date(clock.now() + ms).toISOString()
