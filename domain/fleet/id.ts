import { z } from 'zod'
import { parserOf } from '../fitted.ts'

export const joinTokenIdSchema = z.uuid().brand<'JoinTokenId'>()
export type JoinTokenId = z.infer<typeof joinTokenIdSchema>
export const parseJoinTokenId = parserOf(joinTokenIdSchema)
