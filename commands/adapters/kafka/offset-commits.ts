import type { TopicPartitionOffset } from 'kafkajs'

/** Offsets that are handled and not yet known to the broker. */
export type OffsetCommits = {
  /** Commits soon; `offset` is that of the next message. */
  add(next: TopicPartitionOffset): void
  /** Another member has the partition now: what it commits counts. */
  drop(topic: string, partition: number): void
  /** Commits now what there is. Resolves when that was tried. */
  flush(): Promise<void>
  close(): void
}

export type OffsetCommitsDeps = {
  readonly commit: (offsets: TopicPartitionOffset[]) => Promise<void>
  readonly onProblem: (what: string, error: unknown) => void
  readonly delayMs: number
}

/** One commit for whatever was handled meanwhile; after a crash the last few messages come again instead. */
export const createOffsetCommits = ({ commit, onProblem, delayMs }: OffsetCommitsDeps): OffsetCommits => {
  const pending = new Map<string, TopicPartitionOffset>()
  let timer: NodeJS.Timeout | undefined
  let last: Promise<void> = Promise.resolve()
  let closed = false

  const write = async (): Promise<void> => {
    const written = [...pending]
    if (written.length === 0) return
    try {
      await commit(written.map(([, offset]) => offset))
      for (const [name, offset] of written) if (pending.get(name) === offset) pending.delete(name)
    } catch (error) {
      onProblem('committing offsets failed', error)
    }
    if (pending.size > 0) schedule()
  }

  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    last = last.then(write)
    return last
  }

  const schedule = (): void => {
    if (!closed) timer ??= setTimeout(() => void flush(), delayMs)
  }

  return {
    add: (next) => {
      pending.set(`${next.topic}/${next.partition}`, next)
      schedule()
    },
    drop: (topic, partition) => pending.delete(`${topic}/${partition}`),
    flush,
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}
