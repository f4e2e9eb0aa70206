import { z } from 'zod'
import { parserOf } from '../fitted.ts'

/** Derived from a project and an idempotency key. */
export const requestIdSchema = z.uuid().brand<'RequestId'>()
export type RequestId = z.infer<typeof requestIdSchema>
export const parseRequestId = parserOf(requestIdSchema)
