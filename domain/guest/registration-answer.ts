import { z } from 'zod'
import { hostIdSchema } from '../ids.ts'

/** Also in the header `type` of the message. */
export const registrationAnswer = 'registration-answer'

/**
 * What becomes of a registration, told to the agent of the host on its topic of commands. `refusal`: why it was refused, and what to do; null where it was not. `reportId`: of the registration, as an older answer may be sent again; absent from a control plane of before
 * messages were signed.
 */
export const registrationAnswerSchema = z.object({
  kind: z.literal(registrationAnswer),
  hostId: hostIdSchema,
  refusal: z.string().nullable(),
  reportId: z.uuid().optional(),
})
export type RegistrationAnswer = z.infer<typeof registrationAnswerSchema>
