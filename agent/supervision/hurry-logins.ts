import type { Look } from './watch-usability.ts'

export type HurryDeps = {
  /** As of `EngineDriver`. */
  readonly hurry: (hurried: boolean) => Promise<void>
  readonly changed: (hurried: boolean) => void
  readonly failed: (error: unknown) => void
  /** Milliseconds by a clock that nobody sets. */
  readonly elapsedMs: () => number
}

export type LoginHurry = { heed(look: Look): Promise<void> }

/** So long an engine must not have been full. A look comes every few seconds, and in a crowd some get in. */
export const calmMs = 60_000

/**
 * Has an engine drop connections that do not log in as soon as it can, while there are so many that they keep the agent out: then they keep out
 * everybody. At other times slow clients have their ordinary time.
 */
export const createLoginHurry = ({ hurry, changed, failed, elapsedMs }: HurryDeps): LoginHurry => {
  /** Null while logins are not hurried, and before that is known: an agent before this one may have left them so. */
  let lastFullMs: number | null = null
  let isKnown = false

  const wanted = (look: Look): boolean | null => {
    if ('full' in look) return true
    if (lastFullMs === null) return isKnown ? null : false
    return elapsedMs() - lastFullMs >= calmMs ? false : null
  }

  return {
    heed: async (look) => {
      const hurried = wanted(look)
      if (hurried === null) return
      try {
        // Again at each look: what else is set up meanwhile gives the ordinary time back.
        await hurry(hurried)
      } catch (error) {
        failed(error)
        return
      }
      if (hurried !== (lastFullMs !== null)) changed(hurried)
      lastFullMs = hurried ? elapsedMs() : null
      isKnown = true
    },
  }
}
