/**
 * Waits for a turn of the event loop of one's own. Of costly work that arrives at the same moment one piece is done in each, so that
 * something cheap, such as a probe, waits for one of them and not for all.
 */
export type TakeTurn = () => Promise<void>

export const createTurns = (): TakeTurn => {
  let last: Promise<void> = Promise.resolve()
  return () => {
    last = last.then(() => new Promise((resolve) => setImmediate(resolve)))
    return last
  }
}
