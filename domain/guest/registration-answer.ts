import { z } from 'zod'
import { hostIdSchema } from '../ids.ts'

/** Also in the header `type` of the message. */
export const registrationAnswer = 'registration-answer'

/** What becomes of a registration, told to the agent of the host on its topic of commands. `refusal`: why it was refused, and what to do; null where it was not. */
export const registrationAnswerSchema = z.object({
  kind: z.literal(registrationAnswer),
  hostId: hostIdSchema,
  refusal: z.string().nullable(),
})
export type RegistrationAnswer = z.infer<typeof registrationAnswerSchema>
