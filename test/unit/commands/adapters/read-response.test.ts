import conversion from '@eventstore/db-client/dist/utils/convertGrpcEvent.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readResponse } from '../../../../commands/adapters/kurrentdb/read-response.ts'

const { ReadResp } = streams
const { ReadEvent } = ReadResp

const anyPosition = fc.oneof(fc.nat(), fc.maxSafeNat())

const anyRecord = fc.record({
  id: fc.uuid(),
  streamId: fc.string({ unit: 'grapheme', minLength: 1 }),
  type: fc.string({ unit: 'grapheme', minLength: 1 }),
  contentType: fc.constantFrom('application/json', 'application/octet-stream'),
  revision: anyPosition,
  commit: anyPosition,
  prepare: anyPosition,
  data: fc.oneof(
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
    fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
  ),
  metadata: fc.oneof(
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
    fc.constantFrom(Buffer.alloc(0), Buffer.from('no JSON')),
  ),
})
type Record = typeof anyRecord extends fc.Arbitrary<infer T> ? T : never

const messageOf = (record: Record) => {
  const message = new ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(record.streamId)))
    .setStreamRevision(String(record.revision))
    .setCommitPosition(String(record.commit))
    .setPreparePosition(String(record.prepare))
    .setData(record.data)
    .setCustomMetadata(record.metadata)
  message.getMetadataMap().set('type', record.type).set('content-type', record.contentType).set('created', '17')
  return new ReadEvent().setEvent(message).setCommitPosition(String(record.commit))
}

const bytesOf = (message: { readonly serializeBinary: () => Uint8Array }): Buffer =>
  Buffer.from(message.serializeBinary())

/** What the client makes of it, as far as we look at it. */
const asTheClientReadsIt = (event: InstanceType<typeof ReadEvent>) => {
  const { id, type, streamId, revision, data, metadata, position } = conversion.convertGrpcEvent(event).event ?? {}
  const place = { commit: Number(position?.commit), prepare: Number(position?.prepare) }
  return { id, type, streamId, revision: Number(revision), data, metadata, position: place }
}

const plain = (value: unknown): unknown => (value instanceof Uint8Array ? [...value] : value)

describe('an answer of the event store to a read', () => {
  it('is read as the client reads it, whatever an event holds', () =>
    fc.assert(
      fc.property(anyRecord, (record) => {
        const event = messageOf(record)
        const response = readResponse(bytesOf(new ReadResp().setEvent(event)))
        if (response.kind !== 'event') throw new Error(`read as ${response.kind}`)
        const expected = asTheClientReadsIt(event)
        const { data, metadata } = response.event
        expect({ ...response.event, data: plain(data), metadata: plain(metadata) }).toEqual({
          ...expected,
          data: plain(expected.data),
          metadata: plain(expected.metadata),
        })
      }),
      { numRuns: 500 },
    ))

  it('tells what a subscription says of itself', () => {
    const confirmation = new ReadResp.SubscriptionConfirmation().setSubscriptionId('one')
    const checkpoint = new ReadResp.Checkpoint().setCommitPosition('9007199254740991').setPreparePosition('3')
    const kinds = [
      new ReadResp().setConfirmation(confirmation),
      new ReadResp().setCheckpoint(checkpoint),
      new ReadResp().setCaughtUp(new ReadResp.CaughtUp()),
      new ReadResp().setFellBehind(new ReadResp.FellBehind()),
      new ReadResp().setFirstStreamPosition('7'),
    ].map((message) => readResponse(bytesOf(message)))
    expect(kinds).toEqual([
      { kind: 'confirmation' },
      { kind: 'checkpoint', position: { commit: 9007199254740991, prepare: 3 } },
      { kind: 'caught-up' },
      { kind: 'other' },
      { kind: 'other' },
    ])
  })

  it('is read past fields of a later version', () => {
    const later = Buffer.from([
      0xa0, 0x06, 0x96, 0x01, 0xa9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xb5, 0x06, 1, 2, 3, 4, 0xba, 0x06, 1, 9,
    ])
    expect(
      readResponse(Buffer.concat([later, bytesOf(new ReadResp().setCaughtUp(new ReadResp.CaughtUp())), later])),
    ).toEqual({
      kind: 'caught-up',
    })
  })

  it('is read though its numbers are larger than a double holds, as the revision of a tombstone is', () => {
    const beyond = new ReadResp.Checkpoint().setCommitPosition('9223372036854775807').setPreparePosition('1')
    const response = readResponse(bytesOf(new ReadResp().setCheckpoint(beyond)))
    expect(response).toEqual({ kind: 'checkpoint', position: { commit: Number(9223372036854775807n), prepare: 1 } })
  })

  it('is refused where it is cut', () => {
    const event = messageOf({
      id: '01a00000-0000-7000-8000-000000000000',
      streamId: 'instance-1',
      type: 'Any',
      contentType: 'application/json',
      revision: 0,
      commit: 1,
      prepare: 1,
      data: Buffer.from('{}'),
      metadata: Buffer.from('{}'),
    })
    const bytes = bytesOf(new ReadResp().setEvent(event))
    for (let length = 1; length < bytes.length; length += 1) {
      expect(() => readResponse(bytes.subarray(0, length)), `${length} bytes`).toThrow('the bytes end')
    }
    expect(() => readResponse(Buffer.from([0x0b]))).toThrow('type 3')
  })
})
