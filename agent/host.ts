import type { BackupStore } from '../commands/ports/backup-store.ts'
import type { NodeId } from '../domain/ids.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { AgentConfig } from './config.ts'
import type { Installations } from './installations.ts'
import type { Cgroups } from './isolation/cgroups.ts'
import type { Owners } from './isolation/owners.ts'
import type { VolumeKind, Volumes } from './isolation/volumes.ts'
import type { NodeRecords } from './journal/nodes.ts'
import type { Layout } from './layout.ts'
import type { Parameters } from './parameters.ts'
import type { PreparedVolumes } from './prepared-volumes.ts'
import type { Run } from './run.ts'
import type { SealingKeys } from './secrets/sealing-keys.ts'
import type { EngineControl } from './supervision/engine-control.ts'
import type { Configurations } from './supervision/set-parameters.ts'
import type { Supervisor } from './supervision/supervisor.ts'
import type { Templates } from './templates.ts'
import type { Trials } from './trials.ts'

/** What outcomes are made true with. */
export type Host = Pick<Kernel, 'clock' | 'timers' | 'log'> & {
  readonly config: AgentConfig
  readonly sealingKeys: SealingKeys
  readonly layout: Layout
  readonly records: NodeRecords
  readonly owners: Owners
  readonly cgroups: Cgroups
  /** The kind that new instances get. */
  readonly volumeKind: VolumeKind
  readonly volumes: (kind: VolumeKind) => Volumes
  readonly installations: Installations
  readonly templates: Templates
  readonly trials: Trials
  readonly configurations: Configurations
  readonly parameters: Parameters
  readonly prepared: PreparedVolumes
  readonly control: EngineControl
  /** Null where the agent is told of none. */
  readonly backups: BackupStore | null
  readonly supervisor: Supervisor
  readonly caCertificate: string
  readonly run: Run
  /** As of `Journal`. */
  readonly fenceOff: (nodeId: NodeId) => void
}
