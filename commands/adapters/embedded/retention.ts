import type { MessageLog } from './message-log.ts'
import type { EmbeddedDatabase } from './open-database.ts'

export type RetentionDeps = {
  readonly database: EmbeddedDatabase
  readonly log: MessageLog
  readonly now: () => number
  readonly onProblem: (what: string, error: unknown) => void
  readonly everyMs: number
}

/** Removes messages older than their topic keeps them, handled or not, a page at a time so that nobody has to wait long for it. */
export const createRetention = ({ database, log, now, onProblem, everyMs }: RetentionDeps): { stop(): void } => {
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const trimPage = (): number => {
    let removed = 0
    for (const { name, retentionMs } of log.topics()) {
      for (const partition of log.partitions(name)) removed += log.trim(partition, now() - retentionMs)
    }
    return removed
  }

  const trim = async (): Promise<void> => {
    try {
      while (!stopped && (await database.write(trimPage)) > 0);
    } catch (error) {
      onProblem('removing old messages failed', error)
    }
    schedule()
  }

  const schedule = (): void => {
    if (stopped) return
    timer = setTimeout(() => void trim(), everyMs)
    // Nothing waits for it: a process with nothing else to do may end.
    timer.unref()
  }

  schedule()
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
