import type { DeadLetterId } from '../ids.ts'
import { createStreamName, type StreamName } from '../stream.ts'

export const deadLetterCategory = 'deadletter'
export const deadLetterStream = (letterId: DeadLetterId): StreamName => createStreamName(deadLetterCategory, letterId)
