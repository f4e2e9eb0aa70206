import type { handleClientStreamingCall, handleUnaryCall, ServiceError } from '@grpc/grpc-js'
import { rpcErrors } from './errors.ts'
import type { Faults, Gate } from './faults.ts'
import { type Expected, type ProposedEvent, type StandInLog, sizeOf } from './log.ts'
import { streamNameOf, uuidOf } from './messages.ts'
import { shared, streams } from './protocol.ts'

const { AppendReq, AppendResp, DeleteResp, TombstoneResp } = streams
type AppendRequest = InstanceType<typeof AppendReq>
type AppendResponse = InstanceType<typeof AppendResp>

export type WriteDeps = { readonly log: StandInLog; readonly gate: Gate; readonly faults: Faults }

/** The server's default: of all events of one append together. */
export const maxAppendBytes = 1024 * 1024

export const createAppend =
  ({ log, gate, faults }: WriteDeps): handleClientStreamingCall<AppendRequest, AppendResponse> =>
  (call, answer) => {
    const requests: AppendRequest[] = []
    call.on('data', (request: AppendRequest) => requests.push(request))
    call.on('error', () => undefined)
    call.on('end', async () => {
      try {
        await gate.admit(call.metadata, 'user')
        const options = requests[0]?.getOptions()
        const stream = streamNameOf(options?.getStreamIdentifier())
        const events = requests.slice(1).map((request) => proposedEvent(request.getProposedMessage()))
        const response = appendResponse(log, stream, expectedOf(options), events)
        if (faults.lostAnswers > 0) faults.lostAnswers -= 1
        else answer(null, response)
      } catch (error) {
        answer(error as ServiceError)
      }
    })
  }

const appendResponse = (
  log: StandInLog,
  stream: string,
  expected: Expected,
  events: readonly ProposedEvent[],
): AppendResponse => {
  assertAppendSize(events)
  const result = log.append(stream, expected, events)
  if (result.outcome === 'deleted') throw rpcErrors.streamDeleted(stream)
  if (result.outcome === 'success') {
    return new AppendResp().setSuccess(
      new AppendResp.Success()
        .setCurrentRevision(String(result.revision))
        .setPosition(
          new AppendResp.Position()
            .setCommitPosition(String(result.position))
            .setPreparePosition(String(result.position)),
        ),
    )
  }
  const wrong = new AppendResp.WrongExpectedVersion()
  if (result.actual === null) wrong.setCurrentNoStream(new shared.Empty())
  else wrong.setCurrentRevision(String(result.actual))
  if (expected === 'no-stream') wrong.setExpectedNoStream(new shared.Empty())
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty())
  else if (expected === 'stream-exists') wrong.setExpectedStreamExists(new shared.Empty())
  else wrong.setExpectedRevision(String(expected))
  return new AppendResp().setWrongExpectedVersion(wrong)
}

export const assertAppendSize = (events: readonly ProposedEvent[]): void => {
  const bytes = events.reduce((sum, event) => sum + sizeOf(event), 0)
  if (bytes > maxAppendBytes) throw rpcErrors.maxAppendSizeExceeded(maxAppendBytes)
}

type ProposedMessage = NonNullable<ReturnType<AppendRequest['getProposedMessage']>>

export const proposedEvent = (
  message: Pick<ProposedMessage, 'getId' | 'getMetadataMap' | 'getData_asU8' | 'getCustomMetadata_asU8'> | undefined,
): ProposedEvent => {
  const type = message?.getMetadataMap().get('type')
  const contentType = message?.getMetadataMap().get('content-type')
  if (message === undefined || type === undefined || contentType === undefined) {
    throw rpcErrors.invalidArgument("Required Metadata Property 'type' or 'content-type' is missing")
  }
  return {
    id: uuidOf(message.getId()),
    type,
    contentType,
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  }
}

type ExpectedOptions = {
  hasRevision(): boolean
  getRevision(): string
  hasNoStream(): boolean
  hasAny(): boolean
}

const expectedOf = (options: (ExpectedOptions & { hasStreamExists?(): boolean }) | undefined): Expected => {
  if (options?.hasRevision()) return BigInt(options.getRevision())
  if (options?.hasNoStream()) return 'no-stream'
  if (options?.hasStreamExists?.()) return 'stream-exists'
  if (options?.hasAny()) return 'any'
  throw rpcErrors.invalidArgument('no expected revision')
}

type Removal = 'softDelete' | 'tombstone'
type RemovalRequest = {
  getOptions(): (ExpectedOptions & { getStreamIdentifier(): StreamIdentifier | undefined }) | undefined
}
type StreamIdentifier = InstanceType<typeof shared.StreamIdentifier>

const createRemoval =
  <Response>(
    { log, gate }: WriteDeps,
    removal: Removal,
    respond: (position: string) => Response,
  ): handleUnaryCall<RemovalRequest, Response> =>
  async (call, answer) => {
    try {
      await gate.admit(call.metadata, 'user')
      const options = call.request.getOptions()
      const stream = streamNameOf(options?.getStreamIdentifier())
      const expected = expectedOf(options)
      const result = log[removal](stream, expected)
      if (result.outcome === 'deleted') throw rpcErrors.streamDeleted(stream)
      if (result.outcome === 'wrong-expected-version') {
        throw rpcErrors.wrongExpectedVersion(stream, expected === 'no-stream' ? '-1' : String(expected), result.actual)
      }
      answer(null, respond(String(result.position)))
    } catch (error) {
      answer(error as ServiceError)
    }
  }

export const createDelete = (deps: WriteDeps) =>
  createRemoval(deps, 'softDelete', (position) =>
    new DeleteResp().setPosition(new DeleteResp.Position().setCommitPosition(position).setPreparePosition(position)),
  )

export const createTombstone = (deps: WriteDeps) =>
  createRemoval(deps, 'tombstone', (position) =>
    new TombstoneResp().setPosition(
      new TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position),
    ),
  )
