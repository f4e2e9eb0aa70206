import type { GroupTable } from './group-table.ts'
import type { EmbeddedDatabase } from './open-database.ts'

export type Offset = {
  readonly group: string
  readonly memberId: string
  readonly partitionId: number
  readonly handled: number
}

/** Offsets that are handled and not yet in the file. */
export type OffsetCommits = {
  /** Commits the offset soon, together with whatever else is written. */
  add(offset: Offset): void
  /** To be run inside a transaction. The function it returns is to be called when that is committed. */
  write(): () => void
}

export type OffsetCommitsDeps = {
  readonly database: EmbeddedDatabase
  readonly table: GroupTable
  readonly onProblem: (what: string, error: unknown) => void
  readonly delayMs: number
}

/** An fsync for each message would halve what a consumer can do; after a crash the last few messages come again instead. */
export const createOffsetCommits = ({ database, table, onProblem, delayMs }: OffsetCommitsDeps): OffsetCommits => {
  const pending = new Map<string, Offset>()
  let scheduled = false

  const write = (): (() => void) => {
    const written = [...pending]
    for (const [, { group, partitionId, memberId, handled }] of written) {
      table.commit(group, partitionId, memberId, handled)
    }
    return () => {
      for (const [key, offset] of written) if (pending.get(key) === offset) pending.delete(key)
    }
  }

  const commit = async (): Promise<void> => {
    try {
      const committed = await database.writeSoon(() => {
        scheduled = false
        return write()
      }, delayMs)
      committed()
    } catch (error) {
      scheduled = false
      // They stay pending and go with the next message or heartbeat.
      onProblem('committing offsets failed', error)
    }
  }

  return {
    add: (offset) => {
      pending.set(`${offset.memberId} ${offset.partitionId}`, offset)
      if (scheduled) return
      scheduled = true
      void commit()
    },
    write,
  }
}
