import type { HostId } from '../ids.ts'
import { createStreamName, type StreamName } from '../stream.ts'

export const hostCategory = 'host'
export const hostStream = (hostId: HostId): StreamName => createStreamName(hostCategory, hostId)
