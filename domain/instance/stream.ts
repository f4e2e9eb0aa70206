import type { InstanceId } from '../ids.ts'
import { createStreamName, type StreamName } from '../stream.ts'

export const instanceCategory = 'instance'
export const instanceStream = (instanceId: InstanceId): StreamName => createStreamName(instanceCategory, instanceId)
