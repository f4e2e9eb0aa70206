import type { InstanceId } from '../ids.ts'
import { emptyLedger, type Ledger } from '../values/ledger.ts'
import { type BackupRoom, noBackupRoom } from './backup-room.ts'
import type { QuotaLimits } from './events.ts'
import { type Names, noNames } from './names.ts'
import type { TokenHold } from './tokens.ts'

/** `limits`: set by an admin; null: the configured defaults hold. */
export type ProjectState = {
  readonly limits: QuotaLimits | null
  readonly backups: BackupRoom
  readonly ledger: Ledger<InstanceId>
  readonly names: Names
  /** As many as the limit of tokens at most. */
  readonly tokens: readonly TokenHold[]
}

export const newProject: ProjectState = {
  limits: null,
  backups: noBackupRoom,
  ledger: emptyLedger,
  names: noNames,
  tokens: [],
}
