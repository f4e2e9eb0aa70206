import type { FlavorId } from '../ids.ts'
import { createStreamName, type StreamName } from '../stream.ts'

export const flavorCategory = 'flavor'
export const flavorStream = (flavorId: FlavorId): StreamName => createStreamName(flavorCategory, flavorId)
