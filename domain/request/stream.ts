import type { RequestId } from '../ids.ts'
import { createStreamName, type StreamName } from '../stream.ts'

export const requestCategory = 'request'
export const requestStream = (requestId: RequestId): StreamName => createStreamName(requestCategory, requestId)
