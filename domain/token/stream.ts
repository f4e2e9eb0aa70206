import type { TokenId } from '../ids.ts'
import { createStreamName, type StreamName } from '../stream.ts'

export const tokenCategory = 'token'
export const tokenStream = (tokenId: TokenId): StreamName => createStreamName(tokenCategory, tokenId)
