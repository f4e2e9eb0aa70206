import { setTimeout as delay } from 'node:timers/promises'
import type { handleBidiStreamingCall } from '@grpc/grpc-js'
import anyMessages from 'google-protobuf/google/protobuf/any_pb.js'
import emptyMessages from 'google-protobuf/google/protobuf/empty_pb.js'
import { assertAppendSize, maxAppendBytes, proposedEvent, type WriteDeps } from './append.ts'
import type { AppendOutcome, Expected, ProposedEvent } from './log.ts'
import { streamIdentifier, streamNameOf, uuidOf } from './messages.ts'
import { Code, shared, status, streams } from './protocol.ts'

const { BatchAppendReq, BatchAppendResp } = streams
type Request = InstanceType<typeof BatchAppendReq>
type Response = InstanceType<typeof BatchAppendResp>
type Options = NonNullable<ReturnType<Request['getOptions']>>
type Append = { readonly options: Options | undefined; readonly events: ProposedEvent[] }

/** Many appends over one call, told apart by their correlation ids, each in one or more requests. */
export const createBatchAppend = ({ log, gate, faults }: WriteDeps): handleBidiStreamingCall<Request, Response> => {
  /** Ids of the last events of appends that are in the log and not yet answered. */
  const uncommitted = new Set<string>()

  /** The answer to give when the log has answered so. */
  const untilCommitted = async (lastId: string, isRepeat: boolean, response: Response): Promise<Response> => {
    if (isRepeat) {
      // The real server drops it, and says nothing until its time is over (`IdempotentNotReady`).
      await delay(faults.writeTimeoutMs)
      return timeout(response)
    }
    uncommitted.add(lastId)
    await delay(faults.commitMs)
    uncommitted.delete(lastId)
    return response
  }

  return (call) => {
    const pending = new Map<string, Append>()
    const take = async (request: Request): Promise<void> => {
      // A call goes on for long, and the node may have become a follower since: then the whole call fails, as the server's does.
      await gate.admit(call.metadata, 'user')
      const correlationId = uuidOf(request.getCorrelationId())
      const append = pending.get(correlationId) ?? { options: request.getOptions(), events: [] }
      append.events.push(...request.getProposedMessagesList().map(proposedEvent))
      pending.set(correlationId, append)
      if (!request.getIsFinal()) return
      pending.delete(correlationId)
      const stream = streamNameOf(append.options?.getStreamIdentifier())
      const response = new BatchAppendResp()
        .setCorrelationId(request.getCorrelationId())
        .setStreamIdentifier(streamIdentifier(stream))
      if (faults.timeouts > 0) {
        faults.timeouts -= 1
        call.write(timeout(response))
        return
      }
      if (faults.busy > 0) {
        faults.busy -= 1
        call.write(response.setError(notHandled('Server Is Busy')))
        return
      }
      const lastId = append.events.at(-1)?.id ?? ''
      const isRepeat = uncommitted.has(lastId)
      try {
        assertAppendSize(append.events)
        const expected = expectedOf(append.options)
        setResult(response, stream, expected, log.append(stream, expected, append.events))
      } catch {
        const tooLarge = new shared.MaximumAppendSizeExceeded().setMaxappendsize(maxAppendBytes)
        setError(response, 'MaximumAppendSizeExceeded', Code.INVALID_ARGUMENT, tooLarge)
      }
      const isDelayed = response.hasSuccess() && (isRepeat || faults.commitMs > 0)
      const answer = isDelayed ? await untilCommitted(lastId, isRepeat, response) : response
      if (faults.lostAnswers > 0) faults.lostAnswers -= 1
      else call.write(answer)
    }
    call.on('data', (request: Request) => take(request).catch((error) => call.emit('error', error)))
    call.on('error', () => undefined)
    call.on('end', () => call.end())
  }
}

const expectedOf = (options: Options | undefined): Expected => {
  if (options?.hasStreamPosition()) return BigInt(options.getStreamPosition())
  if (options?.hasNoStream()) return 'no-stream'
  return options?.hasStreamExists() ? 'stream-exists' : 'any'
}

const setResult = (response: Response, stream: string, expected: Expected, result: AppendOutcome): void => {
  if (result.outcome === 'success') {
    const position = new shared.AllStreamPosition()
      .setCommitPosition(String(result.position))
      .setPreparePosition(String(result.position))
    response.setSuccess(new BatchAppendResp.Success().setCurrentRevision(String(result.revision)).setPosition(position))
  } else if (result.outcome === 'deleted') {
    setError(
      response,
      'StreamDeleted',
      Code.NOT_FOUND,
      new shared.StreamDeleted().setStreamIdentifier(streamIdentifier(stream)),
    )
  } else {
    const wrong = new shared.WrongExpectedVersion()
    if (result.actual === null) wrong.setCurrentNoStream(emptyMessage())
    else wrong.setCurrentStreamRevision(String(result.actual))
    if (typeof expected === 'bigint') wrong.setExpectedStreamPosition(String(expected))
    else if (expected === 'no-stream') wrong.setExpectedNoStream(emptyMessage())
    else if (expected === 'any') wrong.setExpectedAny(emptyMessage())
    else wrong.setExpectedStreamExists(emptyMessage())
    setError(response, 'WrongExpectedVersion', Code.ALREADY_EXISTS, wrong)
  }
}

const timeout = (response: Response): Response => {
  response.clearSuccess()
  setError(response, 'Timeout', Code.DEADLINE_EXCEEDED, new shared.Timeout())
  return response
}

/** Without a code, as the server says it. */
const notHandled = (message: string) => {
  const nothing = new anyMessages.Any()
  nothing.pack(emptyMessage().serializeBinary(), 'google.protobuf.Empty')
  return new status.Status().setMessage(message).setDetails(nothing)
}

const emptyMessage = () => new emptyMessages.Empty()

const setError = (
  response: Response,
  name: string,
  code: Parameters<InstanceType<typeof status.Status>['setCode']>[0],
  details: { serializeBinary(): Uint8Array },
): void => {
  const packed = new anyMessages.Any()
  packed.pack(details.serializeBinary(), `event_store.client.${name}`)
  response.setError(new status.Status().setCode(code).setMessage(name).setDetails(packed))
}
