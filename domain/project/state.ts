import { emptyLedger, type Ledger } from '../values/ledger.ts'
import type { QuotaLimits } from './events.ts'

/** `limits`: set by an admin; null: the configured defaults hold. */
export type ProjectState = { readonly limits: QuotaLimits | null; readonly ledger: Ledger }

export const newProject: ProjectState = { limits: null, ledger: emptyLedger }
