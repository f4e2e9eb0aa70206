import type { HostId, NodeId } from '../../domain/ids.ts'
import { toldAccounts } from '../../domain/values/observed-accounts.ts'
import { isoNow } from '../../kernel/clock.ts'
import type { IdSource } from '../../kernel/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { bounded } from '../../kernel/within.ts'
import type { Journal } from '../journal/journal.ts'
import type { NodeRecord, NodeRecords } from '../journal/nodes.ts'
import type { Reporter } from '../reporter.ts'
import type { EngineControl } from './engine-control.ts'

/** Looks into the engines of the host, and tells which databases and users they have. */
export type AccountWatch = {
  /** Runs what may change them. What was seen meanwhile is not told, and what is there afterwards is, in any case. */
  readonly whileChanged: <T>(nodeId: NodeId, change: () => Promise<T>) => Promise<T>
  readonly stop: () => Promise<void>
}

export type AccountWatchDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & {
  readonly hostId: HostId
  readonly records: Pick<NodeRecords, 'all'>
  readonly control: Pick<EngineControl, 'describe'>
  readonly journal: Pick<Journal, 'report'>
  readonly reporter: Pick<Reporter, 'wake'>
  readonly ids: IdSource
}

export const lookIntervalMs = 10_000
/** An engine that takes longer is asked again the next time. */
const lookTimeoutMs = 2000
/** What has not changed is told again, as the control plane may have had no use for it when it was told. */
const repeatMs = 600_000
/**
 * Of an engine whose clients make and drop databases all the time, so many changes are told one after the other, and then one in each `refillMs`: each may become an event
 * that is kept for ever.
 */
const mostInARow = 12
const refillMs = 600_000

/** What was told of a node. `left`: of `mostInARow`. `changing`: how many commands are at it; `changes`: how many were. */
type Told = {
  text: string | null
  atMs: number
  left: number
  refilledAtMs: number
  changing: number
  changes: number
}

export const createAccountWatch = (deps: AccountWatchDeps): AccountWatch => {
  const { hostId, records, control, journal, reporter, clock, timers, ids, log } = deps
  const ending = new AbortController()
  const nodes = new Map<NodeId, Told>()

  const toldOf = (nodeId: NodeId): Told => {
    const known = nodes.get(nodeId)
    if (known) return known
    const now = clock.elapsedMs()
    const first = { text: null, atMs: now, left: mostInARow, refilledAtMs: now, changing: 0, changes: 0 }
    nodes.set(nodeId, first)
    return first
  }

  const mayTell = (told: Told, text: string): boolean => {
    const now = clock.elapsedMs()
    const refills = Math.floor((now - told.refilledAtMs) / refillMs)
    told.left = Math.min(mostInARow, told.left + refills)
    told.refilledAtMs += refills * refillMs
    if (told.text === null || now - told.atMs >= repeatMs) return true
    if (told.text === text || told.left === 0) return false
    told.left -= 1
    return true
  }

  const look = async (record: NodeRecord): Promise<void> => {
    const { nodeId, instanceId } = record
    const told = toldOf(nodeId)
    if (told.changing > 0) return
    const { changes } = told
    const bounds = { timeoutMs: lookTimeoutMs, ends: [ending.signal] }
    const accounts = await bounded(timers, bounds, async (signal) => {
      const { driver, instance } = await control.describe(record, signal)
      return toldAccounts(await driver.accounts.list(instance, signal))
    })
    const text = JSON.stringify(accounts)
    // What Coffer has begun meanwhile may be half in it.
    if (told.changing > 0 || changes !== told.changes || !mayTell(told, text)) return
    journal.report(hostId, {
      type: 'accounts',
      reportId: ids.next(),
      at: isoNow(clock),
      hostId,
      instanceId,
      nodeId,
      ...accounts,
    })
    told.text = text
    told.atMs = clock.elapsedMs()
    reporter.wake()
  }

  const lookAtAll = async (): Promise<void> => {
    const all = records.all()
    const here = new Set(all.map(({ nodeId }) => nodeId))
    for (const nodeId of nodes.keys()) if (!here.has(nodeId)) nodes.delete(nodeId)
    for (const record of all) {
      if (ending.signal.aborted) return
      if (record.desired !== 'running' || record.health !== 'HEALTHY') continue
      await look(record).catch((error: unknown) => {
        if (!ending.signal.aborted)
          log.debug({ nodeId: record.nodeId, err: error }, 'the databases and users of an engine could not be listed')
      })
    }
  }

  const lookOn = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await timers.sleep(lookIntervalMs, { signal: ending.signal, ref: false }).catch(() => undefined)
      await lookAtAll()
    }
  }
  const looking = lookOn()

  return {
    whileChanged: async (nodeId, change) => {
      const told = toldOf(nodeId)
      told.changing += 1
      try {
        return await change()
      } finally {
        told.changing -= 1
        told.changes += 1
        told.text = null
      }
    },
    stop: () => {
      ending.abort()
      return looking
    },
  }
}
