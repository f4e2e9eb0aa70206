import type { Position } from './event-store.ts'

export type Checkpoint = {
  readonly position: Position
  /** Grows by one with every save. */
  readonly version: number
  /** Who saved it. */
  readonly holder: string
}

/**
 * How far a follower of the log has come. Kept where followers of the log do not see it, and in the store of the log itself: who puts that back
 * from a copy puts both back, so that a checkpoint is never of another log.
 */
export interface CheckpointStore {
  load(name: string): Promise<Checkpoint | null>
  /**
   * Saves durably if the version is still `expectedVersion` (0 for the first), else changes nothing and answers `stale`: somebody
   * else has taken over.
   */
  save(
    name: string,
    checkpoint: { position: Position; holder: string },
    expectedVersion: number,
  ): Promise<'saved' | 'stale'>
}
