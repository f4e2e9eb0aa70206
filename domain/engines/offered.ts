import type { Rejection } from '../rejection.ts'
import type { Offered } from './descriptor.ts'

/** Why an engine cannot do what is asked for, in its own words; null where it can. */
export const offeredRefusal = (offered: Offered, field: string): Rejection | null =>
  offered === 'available' ? null : { code: 'FEATURE_NOT_AVAILABLE', message: offered, field }
