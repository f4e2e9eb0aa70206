import { z } from 'zod'
import { type EventDefinitions, type EventOf, tryDecodeEvent } from '../../domain/event-definition.ts'
import { hostEvents } from '../../domain/host/events.ts'
import { parseCommandId, parseInstanceId, parseOperationId } from '../../domain/ids.ts'
import { instance, instanceCategory, instanceEvents, instanceStream } from '../../domain/instance/index.ts'
import { metadataSchema } from '../../domain/metadata.ts'
import { operation, operationCategory, operationEvents, operationStream } from '../../domain/operation/index.ts'
import type { Reaction } from '../../domain/processes/reaction.ts'
import {
  needsPresent,
  reactingEventTypes,
  reactionsToHost,
  reactionsToInstance,
  reactionsToOperation,
} from '../../domain/processes/reactions.ts'
import { streamCategory, streamNameSchema } from '../../domain/stream.ts'
import type { Clock } from '../clock.ts'
import type { Handler } from '../handle.ts'
import { deriveId } from '../ids.ts'
import type { Log } from '../log.ts'
import { type IncomingMessage, PoisonMessage } from '../ports/message-bus.ts'
import { inSpan, noTracer, type Tracer } from '../ports/tracer.ts'
import { traceOf } from './message-trace.ts'
import { parseMessage } from './parse-message.ts'
import { perform } from './perform.ts'

/** A relayed event as it stands on `coffer.events`. */
const relayedEventSchema = z.object({
  id: z.uuid(),
  stream: streamNameSchema,
  revision: z.int().nonnegative(),
  type: z.string(),
  version: z.int().positive(),
  data: z.unknown(),
  metadata: metadataSchema,
})
type RelayedEvent = z.infer<typeof relayedEventSchema>

export type ReactDependencies = {
  readonly handler: Handler
  readonly clock: Clock
  readonly log: Log
  /** Default: steps are not traced. */
  readonly tracer?: Tracer
}

const decodeAs = <Definitions extends EventDefinitions>(
  definitions: Definitions,
  relayed: RelayedEvent,
): EventOf<Definitions> => {
  const decoded = tryDecodeEvent(definitions, { type: relayed.type, version: relayed.version, data: relayed.data })
  if (!decoded.known) throw new PoisonMessage(`${relayed.stream}: ${decoded.reason}`)
  return decoded.event
}

const idOf = (stream: string): string => stream.slice(stream.indexOf('-') + 1)

const reactionsTo = async (handler: Handler, relayed: RelayedEvent): Promise<readonly Reaction[]> => {
  const asOfEvent = { atLeast: relayed.revision }
  switch (streamCategory(relayed.stream)) {
    case instanceCategory: {
      const event = decodeAs(instanceEvents, relayed)
      const stream = instanceStream(parseInstanceId(idOf(relayed.stream)))
      const { state } = await handler.load(instance, stream, needsPresent(event) ? {} : asOfEvent)
      return reactionsToInstance(event, state)
    }
    case operationCategory: {
      const event = decodeAs(operationEvents, relayed)
      const stream = operationStream(parseOperationId(idOf(relayed.stream)))
      const { state } = await handler.load(operation, stream, asOfEvent)
      return reactionsToOperation(event, state)
    }
    default:
      return reactionsToHost(decodeAs(hostEvents, relayed))
  }
}

/** Handles one message of `coffer.events`: carries out what the event leads to. At least once does no harm. */
export const createEventReactor = ({ handler, clock, log, tracer = noTracer }: ReactDependencies) => {
  const reacting: ReadonlySet<string> = reactingEventTypes

  const react = async (relayed: RelayedEvent, traceparent: string | undefined): Promise<void> => {
    const { metadata } = relayed
    const reactions = await reactionsTo(handler, relayed)
    for (const [index, reaction] of reactions.entries()) {
      const refusal = await perform({ handler, clock }, reaction, {
        actor: { kind: 'system', name: 'sagas' },
        commandId: parseCommandId(deriveId('reaction', metadata.eventId, String(index))),
        correlationId: metadata.correlationId,
        projectId: metadata.projectId,
        instanceId: metadata.instanceId,
        causationId: metadata.eventId,
        ...(traceparent === undefined ? {} : { traceparent }),
      })
      if (refusal) {
        log.error(
          { refusal, reaction: reaction.command.type, target: reaction.target, id: reaction.id, eventId: relayed.id },
          'what an event led to was refused',
        )
      }
    }
  }

  return async (message: IncomingMessage): Promise<void> => {
    // The relay says the type in a header, so that what leads to nothing is not even parsed.
    if (message.headers.type !== undefined && !reacting.has(message.headers.type)) return
    const relayed = parseMessage(message, relayedEventSchema)
    if (!reacting.has(relayed.type)) return
    const { metadata } = relayed
    const step = {
      parent: traceOf(message, metadata.traceparent),
      kind: 'consumer',
      attributes: {
        'messaging.destination.name': message.topic,
        'coffer.event.id': relayed.id,
        'coffer.operation.id': metadata.correlationId,
        'coffer.instance.id': metadata.instanceId,
      },
    } as const
    await inSpan(tracer, `react ${relayed.type}`, step, (span) => react(relayed, span.traceparent))
  }
}
