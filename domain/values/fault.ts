import { z } from 'zod'
import type { FaultCode } from './fault-codes.ts'

/**
 * Why an operation failed. `code`: one of `faultCodes`, or of those of another version.
 * `message`: for a person. `retryable`: whether the same wish may succeed later. `cause`: what lay beneath, in Coffer's own
 * words: an engine's log lines may quote what a customer stored, and never leave its host.
 */
export const faultSchema = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  cause: z.string().optional(),
})
export type Fault = z.infer<typeof faultSchema>

/** A fault that this version tells. */
export type KnownFault = Fault & { readonly code: FaultCode }
