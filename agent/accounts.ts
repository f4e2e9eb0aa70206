import type { HostAccount } from '../domain/guest/report.ts'
import type { HostId } from '../domain/ids.ts'
import { isoNow, type WallClock } from '../kernel/clock.ts'
import type { IdSource } from '../kernel/ids.ts'
import type { CommandWorkerDeps } from './command-worker.ts'
import { findHoldings, type HoldingsDeps } from './holdings.ts'
import type { Journal } from './journal/journal.ts'
import type { NodeRecords } from './journal/nodes.ts'
import type { LeaveToStart } from './leave-to-start.ts'
import type { Reporter } from './reporter.ts'

export type AccountsDeps = {
  readonly hostId: HostId
  readonly records: Pick<NodeRecords, 'all'>
  readonly journal: Pick<Journal, 'settledEpochs' | 'epochOf' | 'epochsOfAbsent' | 'report'>
  readonly layout: HoldingsDeps['layout']
  readonly reporter: Pick<Reporter, 'wake'>
  readonly leave: Pick<LeaveToStart, 'asked'>
  readonly clock: WallClock
  readonly ids: IdSource
}

type NodeOfInstance = Pick<HostAccount, 'nodeId' | 'instanceId'>

/** What this host tells a control plane that may know less than it: one that was restored from a backup. */
export type Accounts = {
  /** Of everything that is here, and of what was removed in the last 90 days. */
  tellAll(): Promise<void>
  tell(node: NodeOfInstance): Promise<void>
}

/** Of a log that is older, numbers are told as soon as a command is refused for them. */
const absentForMs = 90 * 24 * 3_600_000
/** A message of these is some 60 kB: a broker takes 1 MB. */
const mostInOne = 200

export const createAccounts = (deps: AccountsDeps): Accounts => {
  const { hostId, records, journal, layout, reporter, leave, clock, ids } = deps

  const report = (holdings: readonly HostAccount[], asks = false): readonly string[] => {
    const reportIds: string[] = []
    for (let from = 0; from < holdings.length; from += mostInOne) {
      const some = holdings.slice(from, from + mostInOne)
      const reportId = ids.next()
      reportIds.push(reportId)
      const said = { type: 'holdings', reportId, at: isoNow(clock), hostId, holdings: some } as const
      journal.report(hostId, { ...said, ...(asks && { asks }) })
    }
    return reportIds
  }

  const present = async (): Promise<readonly HostAccount[]> => {
    const holds = await findHoldings({ records, journal, layout })
    return records.all().flatMap(({ nodeId, instanceId, label }) => {
      const holding = holds[nodeId]
      return holding ? [{ nodeId, instanceId, epoch: journal.epochOf(nodeId), held: { ...holding, label } }] : []
    })
  }

  return {
    tellAll: async () => {
      const since = new Date(clock.now() - absentForMs).toISOString()
      const absent = journal.epochsOfAbsent(since).map((fenced) => ({ ...fenced, held: null }))
      leave.asked(report(await present(), true))
      report(absent)
      reporter.wake()
    },
    tell: async ({ nodeId, instanceId }) => {
      const here = (await present()).find((account) => account.nodeId === nodeId)
      report([here ?? { nodeId, instanceId, epoch: journal.epochOf(nodeId), held: null }])
      reporter.wake()
    },
  }
}

/** Makes outcomes true, and tells of a node that was removed what is left of it: a control plane that knows less learns of its end. */
export const tellingWhatIsGone =
  (accounts: Pick<Accounts, 'tell'>, makeTrue: CommandWorkerDeps['makeTrue']): CommandWorkerDeps['makeTrue'] =>
  async (command, context) => {
    const facts = await makeTrue(command, context)
    if (command.payload.kind === 'node-absent') await accounts.tell(command)
    return facts
  }
