import { z } from 'zod'
import { parserOf } from '../fitted.ts'

export const tokenIdSchema = z.uuid().brand<'TokenId'>()
export type TokenId = z.infer<typeof tokenIdSchema>
export const parseTokenId = parserOf(tokenIdSchema)
