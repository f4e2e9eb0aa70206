import type { HostId, NodeId } from '../../domain/ids.ts'
import { sameValues } from '../../domain/values/parameter.ts'
import { isoNow } from '../../kernel/clock.ts'
import type { IdSource } from '../../kernel/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { EngineFault } from '../engines/engine.ts'
import type { Journal } from '../journal/journal.ts'
import type { NodeRecord, NodeRecords } from '../journal/nodes.ts'
import type { Reporter } from '../reporter.ts'

/** What a start of the engine has made of its parameters. `reason`: why it did not start with those that were wished, and has others. */
export const afterStart = (
  { configuration: { wanted, proven, refusal } }: NodeRecord,
  reason: string | null,
): NodeRecord['configuration'] => {
  const taken = reason === null ? wanted : proven
  // What was refused before stays told until something else is wished.
  return { wanted: taken, effective: taken, proven: taken, refusal: reason ?? refusal }
}

/** In our words: which values, and what the engine's log tells of them. */
export const refusedBy = (parameters: Readonly<Record<string, string>>, { detail }: EngineFault): EngineFault => {
  const names = Object.keys(parameters)
  const told = names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} others`
  return new EngineFault('CONFIGURATION_REFUSED', `the engine does not start with these values of ${told}`, {
    ...(detail !== undefined && { detail }),
  })
}

/** Whether there is anything to go back to. */
export const isUnproven = ({ configuration: { wanted, proven } }: NodeRecord): boolean => !sameValues(wanted, proven)

export const sameConfiguration = (a: NodeRecord['configuration'], b: NodeRecord['configuration']): boolean =>
  sameValues(a.wanted, b.wanted) &&
  sameValues(a.effective, b.effective) &&
  sameValues(a.proven, b.proven) &&
  a.refusal === b.refusal

export type TellConfiguration = (nodeId: NodeId) => void

/** Tells the control plane what an engine has of its parameters, where nobody has asked. */
export const createConfigurationReports =
  ({
    hostId,
    records,
    journal,
    reporter,
    clock,
    ids,
  }: Pick<Kernel, 'clock'> & {
    readonly hostId: HostId
    readonly records: NodeRecords
    readonly journal: Pick<Journal, 'report'>
    readonly reporter: Pick<Reporter, 'wake'>
    readonly ids: IdSource
  }): TellConfiguration =>
  (nodeId) => {
    const record = records.get(nodeId)
    if (!record) return
    const { effective, refusal } = record.configuration
    const facts = { instanceId: record.instanceId, effective: { ...effective }, refusal }
    journal.report(hostId, {
      type: 'configuration',
      reportId: ids.next(),
      at: isoNow(clock),
      hostId,
      nodeId,
      ...facts,
    })
    reporter.wake()
  }
