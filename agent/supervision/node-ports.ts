import type { AgentConfig } from '../config.ts'
import { EngineFault } from '../engines/engine.ts'
import type { NodeRecord, NodeRecords } from '../journal/nodes.ts'
import { choosePort, isPortFree } from '../ports.ts'

export type NodePorts = {
  /** Chooses a port for the instance and writes it down. */
  claim(record: NodeRecord): Promise<NodeRecord>
  /** The record with a port that can be listened on now. Throws `PORT_IN_USE` when clients know the port and a stranger has it. */
  settle(record: NodeRecord): Promise<NodeRecord>
  /** Whether a start may have failed because the port was taken meanwhile, and another may be chosen. */
  wasLost(record: NodeRecord): Promise<boolean>
}

export const createNodePorts = (
  config: Pick<AgentConfig, 'listenAddress' | 'ports'>,
  records: NodeRecords,
  random: (below: number) => number,
): NodePorts => {
  const isFree = (port: number): Promise<boolean> => isPortFree(config.listenAddress, port)
  const claimedByOthers = ({ nodeId }: NodeRecord): ReadonlySet<number> =>
    new Set(records.all().flatMap((other) => (other.port && other.nodeId !== nodeId ? [other.port] : [])))

  const claim: NodePorts['claim'] = async (record) => {
    for (;;) {
      const port = await choosePort(config.listenAddress, config.ports, claimedByOthers(record), random)
      // Another instance may have claimed it while this one looked.
      if (!claimedByOthers(record).has(port)) return records.update(record.nodeId, { port })
    }
  }

  return {
    claim,
    settle: async (record) => {
      const { port, portKept } = record
      if (port !== null && (await isFree(port))) return record
      if (port === null || !portKept) return claim(record)
      throw new EngineFault(
        'PORT_IN_USE',
        `port ${port} of the instance is taken by another program on ${config.listenAddress}: end that program`,
        { retryable: true },
      )
    },
    wasLost: async ({ port, portKept }) => port !== null && !portKept && !(await isFree(port)),
  }
}
