import type { GuestCommandKind, GuestPayload } from '../../domain/guest/command.ts'
import type { GuestFacts } from '../../domain/guest/report.ts'
import type { InstanceId, NodeId } from '../../domain/ids.ts'
import { EngineFault } from '../engines/engine.ts'
import type { Host } from '../host.ts'
import type { NodeRecord } from '../journal/nodes.ts'
import type { Patience } from './persist.ts'

export type OutcomeContext = {
  readonly nodeId: NodeId
  readonly instanceId: InstanceId
  readonly nodeGeneration: number
  /** Aborts at the command's deadline, when a newer command supersedes it, and when the agent stops. */
  readonly signal: AbortSignal
  /** Tells the operation's reader how far this is: 0 to 1, and in words. */
  readonly progress: (fraction: number, message: string) => void
}

/**
 * Makes one outcome true from whatever half-made state it finds, also one that an agent killed in the middle left behind. When it is
 * true already it changes nothing. Throws what `toFault` turns into the command's fault.
 */
export type Outcome<Kind extends GuestCommandKind> = (
  host: Host,
  payload: Extract<GuestPayload, { kind: Kind }>,
  context: OutcomeContext,
) => Promise<GuestFacts | undefined>

export const requireRecord = (host: Host, nodeId: NodeId): NodeRecord => {
  const record = host.records.get(nodeId)
  if (record) return record
  throw new EngineFault('INSTANCE_UNKNOWN', `node ${nodeId} is not on this host: its volume was never made`)
}

/** An engine that is to run is brought back when it ends, so that one that does not answer is worth waiting for. */
export const patienceWith = ({ records, timers }: Host, nodeId: NodeId, signal: AbortSignal): Patience => ({
  timers,
  signal,
  mayCome: () => records.get(nodeId)?.desired === 'running',
})
