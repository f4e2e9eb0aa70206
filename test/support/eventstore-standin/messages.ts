import type { LogRecord } from './log.ts'
import type { Place } from './place.ts'
import { shared, streams } from './protocol.ts'

const { ReadResp } = streams
type ReadResponse = InstanceType<typeof ReadResp>

/** .NET's ticks, of 100 ns. */
const ticksPerMs = 10_000n

export const eventMessage = (record: LogRecord): ReadResponse => {
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(streamIdentifier(record.stream))
    .setStreamRevision(String(record.revision))
    .setCommitPosition(String(record.position))
    .setPreparePosition(String(record.position))
    .setData(record.data)
    .setCustomMetadata(record.metadata)
  recorded
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.contentType)
    .set('created', String(BigInt(record.createdMs) * ticksPerMs))
  const event = new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(record.position))
  return new ReadResp().setEvent(event)
}

export const confirmationMessage = (id: string): ReadResponse =>
  new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id))

export const checkpointMessage = ({ commit, prepare }: Place): ReadResponse =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint().setCommitPosition(String(commit)).setPreparePosition(String(prepare)),
  )

export const caughtUpMessage = (): ReadResponse => new ReadResp().setCaughtUp(new ReadResp.CaughtUp())

export const streamNotFoundMessage = (stream: string): ReadResponse =>
  new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(stream)))

export const streamIdentifier = (stream: string): InstanceType<typeof shared.StreamIdentifier> =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(stream))

/** The name in a request; empty where it is missing, which names no stream. */
export const streamNameOf = (identifier: InstanceType<typeof shared.StreamIdentifier> | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')

export const uuidOf = (uuid: InstanceType<typeof shared.UUID> | undefined): string =>
  uuid?.getString().toLowerCase() ?? ''
