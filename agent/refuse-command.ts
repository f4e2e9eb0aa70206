import { z } from 'zod'
import type { AgentReport } from '../domain/guest/report.ts'
import { commandIdSchema, type HostId, instanceIdSchema, nodeIdSchema, operationIdSchema } from '../domain/ids.ts'
import type { KnownFault } from '../domain/values/fault.ts'
import { isoNow, type WallClock } from '../kernel/clock.ts'
import type { IdSource } from '../kernel/ids.ts'

/** Enough of a command to answer it, even if this agent cannot read the rest. */
export const commandAddressSchema = z.object({
  commandId: commandIdSchema,
  operationId: operationIdSchema,
  instanceId: instanceIdSchema,
  nodeId: nodeIdSchema,
  traceparent: z.string().optional(),
})
export type CommandAddress = z.infer<typeof commandAddressSchema>

/** A newer control plane sent the command, or a newer version of the agent took it in. */
export const notUnderstood = (problem: z.ZodError): KnownFault => ({
  code: 'COMMAND_NOT_UNDERSTOOD',
  message: `the agent does not understand the command: ${z.prettifyError(problem)}`,
  retryable: false,
})

export type RefuseDeps = { readonly hostId: HostId; readonly clock: WallClock; readonly ids: IdSource }

/** The report that a command failed with this fault. */
export const failedReport = (
  { hostId, ids, clock }: RefuseDeps,
  { commandId, operationId, instanceId, nodeId, traceparent }: CommandAddress,
  fault: KnownFault,
): AgentReport => ({
  type: 'failed',
  reportId: ids.next(),
  at: isoNow(clock),
  commandId,
  operationId,
  instanceId,
  nodeId,
  hostId,
  fault,
  ...(traceparent && { traceparent }),
})
