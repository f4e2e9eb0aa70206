import type { HostAccount } from '../domain/guest/report.ts'
import type { HostId, InstanceId } from '../domain/ids.ts'
import { isoNow, type WallClock } from '../kernel/clock.ts'
import type { IdSource } from '../kernel/ids.ts'
import type { CommandWorkerDeps } from './command-worker.ts'
import { findHoldings, type HoldingsDeps } from './holdings.ts'
import type { InstanceRecords } from './journal/instances.ts'
import type { Journal } from './journal/journal.ts'
import type { Reporter } from './reporter.ts'

export type AccountsDeps = {
  readonly hostId: HostId
  readonly records: Pick<InstanceRecords, 'all' | 'get'>
  readonly journal: Pick<Journal, 'settledEpochs' | 'epochOf' | 'epochsOfAbsent' | 'report'>
  readonly layout: HoldingsDeps['layout']
  readonly reporter: Pick<Reporter, 'wake'>
  readonly clock: WallClock
  readonly ids: IdSource
}

/** What this host tells a control plane that may know less than it: one that was restored from a backup. */
export type Accounts = {
  /** Of everything that is here, and of what was removed in the last 90 days. */
  tellAll(): Promise<void>
  tell(instanceId: InstanceId): Promise<void>
}

/** Of a log that is older, numbers are told as soon as a command is refused for them. */
const absentForMs = 90 * 24 * 3_600_000
/** A message of these is some 60 kB: a broker takes 1 MB. */
const mostInOne = 200

export const createAccounts = (deps: AccountsDeps): Accounts => {
  const { hostId, records, journal, layout, reporter, clock, ids } = deps

  const report = (holdings: readonly HostAccount[]): void => {
    for (let from = 0; from < holdings.length; from += mostInOne) {
      const some = holdings.slice(from, from + mostInOne)
      journal.report(hostId, { type: 'holdings', reportId: ids.next(), at: isoNow(clock), hostId, holdings: some })
    }
    reporter.wake()
  }

  const present = async (): Promise<readonly HostAccount[]> => {
    const holds = await findHoldings({ records, journal, layout })
    return records.all().flatMap(({ instanceId, label }) => {
      const holding = holds[instanceId]
      return holding ? [{ instanceId, epoch: journal.epochOf(instanceId), held: { ...holding, label } }] : []
    })
  }

  return {
    tellAll: async () => {
      const since = new Date(clock.now() - absentForMs).toISOString()
      const absent = [...journal.epochsOfAbsent(since)].map(([instanceId, epoch]) => ({
        instanceId,
        epoch,
        held: null,
      }))
      report([...(await present()), ...absent])
    },
    tell: async (instanceId) => {
      const here = (await present()).find((account) => account.instanceId === instanceId)
      report([here ?? { instanceId, epoch: journal.epochOf(instanceId), held: null }])
    },
  }
}

/** Makes outcomes true, and tells of an instance that was removed what is left of it: a control plane that knows less learns of its end. */
export const tellingWhatIsGone =
  (accounts: Pick<Accounts, 'tell'>, makeTrue: CommandWorkerDeps['makeTrue']): CommandWorkerDeps['makeTrue'] =>
  async (command, context) => {
    const facts = await makeTrue(command, context)
    if (command.payload.kind === 'instance-absent') await accounts.tell(context.instanceId)
    return facts
  }
