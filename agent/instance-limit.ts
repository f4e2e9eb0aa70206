import type { InstanceLimit, InstanceNeed } from '../domain/host/events.ts'
import type { Log } from '../kernel/log.ts'
import { countLoopDevices, mayMakeLoopNodes } from './isolation/loop-nodes.ts'
import { countProcesses } from './isolation/process-limit.ts'
import { countAccounts, type IdRange } from './isolation/unix-users.ts'
import type { VolumeKind } from './isolation/volumes.ts'
import type { NodeRecord } from './journal/nodes.ts'
import { countPorts } from './ports.ts'
import type { Run } from './run.ts'

export type InstanceLimitDeps = {
  readonly ports: { readonly first: number; readonly last: number }
  readonly records: { readonly all: () => readonly Pick<NodeRecord, 'port' | 'owner'>[] }
  /** Of the accounts that instances get, each its own; null where they share one. */
  readonly accountIds: IdRange | null
  readonly volumeKind: VolumeKind
  /** Where the files of loop volumes are. */
  readonly enginesRoot: string
  /** Tells this agent's files from those of others on the same machine. */
  readonly name: string
  readonly run: Run
  readonly log: Log
  readonly elapsedMs: () => number
}

export type HostInstanceLimit = {
  /** As it was found last. */
  current(): InstanceLimit
  /** Looks again, if the last look was long enough ago. Never throws. */
  renew(): Promise<void>
}

/** What others take of a host changes seldom, and a claim that comes too early still fails with its reason. */
const renewEveryMs = 60_000

/**
 * How many instances the host can have, those that are there included, and what limits that: what they need one of each, less what
 * others on the host have taken of it.
 */
export const openInstanceLimit = async (deps: InstanceLimitDeps, signal: AbortSignal): Promise<HostInstanceLimit> => {
  const { ports, records, accountIds, volumeKind, enginesRoot, name, run, log, elapsedMs } = deps
  const hasFewNodes = volumeKind === 'loop' && !(await mayMakeLoopNodes(run, name, signal))
  const find = async (): Promise<InstanceLimit> => {
    const known = records.all()
    const ownPorts = new Set(known.flatMap(({ port }) => port ?? []))
    const ownUsers = new Set(known.flatMap(({ owner }) => owner?.user ?? []))
    return least({
      ports: countPorts(ports, ownPorts),
      processes: countProcesses(),
      ...(accountIds && { accounts: countAccounts(ownUsers, accountIds) }),
      ...(hasFewNodes && { loopDevices: await countLoopDevices(enginesRoot) }),
    })
  }
  let found = await find()
  let nextLookAt = elapsedMs() + renewEveryMs
  return {
    current: () => found,
    renew: async () => {
      if (elapsedMs() < nextLookAt) return
      nextLookAt = elapsedMs() + renewEveryMs
      try {
        found = await find()
      } catch (error) {
        log.warn({ err: error }, 'how many instances the host can have could not be found out again')
      }
    },
  }
}

/** Among equals the first. */
const least = (counts: { readonly ports: number } & Partial<Record<InstanceNeed, number>>): InstanceLimit =>
  (Object.entries(counts) as [InstanceNeed, number][])
    .map(([limitedBy, atMost]) => ({ limitedBy, atMost }))
    .reduce((fewest, each) => (each.atMost < fewest.atMost ? each : fewest))
