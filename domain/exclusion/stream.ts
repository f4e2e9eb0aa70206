import { createStreamName, type StreamName } from '../stream.ts'

export const exclusionCategory = 'exclusion'
/** Of the events of one stream: `exclusion-<that stream>`. */
export const exclusionStream = (stream: StreamName): StreamName => createStreamName(exclusionCategory, stream)
