import { z } from 'zod'
import { hostIdSchema, nodeIdSchema } from '../ids.ts'

/** Also in the header `type` of the message. */
export const holdingsAnswer = 'holdings-answer'

/**
 * What the control plane knows of the nodes that a host has told of, sent to its agent on its topic of commands. `gone`: those that are to be there no more,
 * as another node has taken their place or their instance was deleted: none of them may be started. `reportId`: of the report, as an older answer may be sent
 * again.
 */
export const holdingsAnswerSchema = z.object({
  kind: z.literal(holdingsAnswer),
  hostId: hostIdSchema,
  reportId: z.uuid(),
  gone: z.array(nodeIdSchema),
})
export type HoldingsAnswer = z.infer<typeof holdingsAnswerSchema>
