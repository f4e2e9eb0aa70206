import type { Timers } from '../../kernel/timers.ts'

/**
 * Waits for a turn of the event loop. Of work that arrives together, or that goes on without ever waiting for anything, only so many
 * pieces are done in each turn, first come first served. Something cheap, such as a probe, waits for these and not for all.
 */
export type TakeTurn = () => Promise<void>

export const createTurns = (timers: Pick<Timers, 'soon'>, piecesPerTurn: number): TakeTurn => {
  const waiting: (() => void)[] = []
  const begin = (): void => {
    for (const goOn of waiting.splice(0, piecesPerTurn)) goOn()
    if (waiting.length > 0) timers.soon(begin)
  }
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) timers.soon(begin)
    })
}
