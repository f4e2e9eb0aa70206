import type { EngineDriver, EngineInstance } from '../engines/engine.ts'
import type { NodeRecord } from '../journal/nodes.ts'

/** An instance with the driver that can act on it. */
export type Engine = { readonly driver: EngineDriver; readonly instance: EngineInstance }

/** By what the processes of an instance are known, also of one that there is no record of. */
export type Occupant = Pick<NodeRecord, 'nodeId' | 'owner' | 'spec' | 'port'> &
  Partial<Pick<NodeRecord, 'configuration'>>
