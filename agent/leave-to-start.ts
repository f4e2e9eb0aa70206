import type { HoldingsAnswer } from '../domain/guest/holdings-answer.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { unlessAborted } from '../kernel/within.ts'
import type { NodeRecords } from './journal/nodes.ts'

/**
 * Whether the engines of this host may be started that were to run before it went away. While it was, another node may have taken the place of one of its own,
 * and two engines of one instance must not serve.
 */
export type LeaveToStart = {
  /** The host has told what it has in these reports: once all are answered, the control plane has said which nodes are gone. */
  asked(reportIds: readonly string[]): void
  take(answer: HoldingsAnswer): void
  /** Resolves once it is known, or was not to be had in time: then the host goes by what it was told last. Rejects with the signal's reason. */
  had(signal: AbortSignal): Promise<void>
  stop(): void
}

export type LeaveToStartDeps = Pick<Kernel, 'timers' | 'log'> & {
  readonly records: Pick<NodeRecords, 'get' | 'update'>
  /** How long the control plane is waited for: databases run when it is away. */
  readonly patienceMs: number
}

export const createLeaveToStart = ({ records, timers, log, patienceMs }: LeaveToStartDeps): LeaveToStart => {
  let awaited: Set<string> | null = null
  const known = Promise.withResolvers<void>()
  const timer = timers.after(
    patienceMs,
    () => {
      if (patienceMs > 0)
        log.warn({ patienceMs }, 'the control plane has not said what is gone: engines are started as it was told last')
      known.resolve()
    },
    { ref: false },
  )

  const give = (): void => {
    timer.cancel()
    known.resolve()
  }

  return {
    asked: (reportIds) => {
      awaited = new Set(reportIds)
      if (awaited.size === 0) give()
    },
    take: ({ reportId, gone }) => {
      // An answer to an earlier report, which may be sent again by anybody.
      if (!awaited?.delete(reportId)) return
      for (const nodeId of gone) {
        if (records.get(nodeId)?.desired !== 'running') continue
        log.warn({ nodeId }, 'a node is gone from its instance: its engine is not started any more')
        records.update(nodeId, { desired: 'stopped' })
      }
      if (awaited.size === 0) give()
    },
    had: (signal) => unlessAborted(known.promise, signal),
    stop: () => timer.cancel(),
  }
}
