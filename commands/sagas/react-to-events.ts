import { z } from 'zod'
import { aggregateOf, tryCategory } from '../../domain/aggregates.ts'
import { parseCommandId } from '../../domain/ids.ts'
import type { Effect, OwnRequest, Reaction } from '../../domain/reactions/reaction.ts'
import { type Reactions, reactions as reactionsOfAll } from '../../domain/reactions/reactions.ts'
import { checkEvent, type ReadableEvent } from '../../domain/read-event.ts'
import { streamNameSchema } from '../../domain/stream.ts'
import type { WallClock } from '../../kernel/clock.ts'
import { deriveId } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { inSpan, noTracer, type Tracer } from '../../kernel/tracer.ts'
import type { SystemDispatch } from '../dispatch/system-dispatch.ts'
import type { CommandContext, Handler } from '../handle.ts'
import { UnreadableHistory } from '../history.ts'
import { type IncomingMessage, PoisonMessage } from '../ports/message-bus.ts'
import { failUnbegun } from './fail-unbegun.ts'
import type { IsInLog } from './former-log.ts'
import { traceOf } from './message-trace.ts'
import { parseMessage } from './parse-message.ts'
import { perform } from './perform.ts'
import { type BackupPlaces, removeBackup } from './remove-backups.ts'

/** A relayed event as it stands on `coffer.events`. What it says is checked as everywhere else. */
const relayedEventSchema = z.object({
  id: z.uuid(),
  stream: streamNameSchema,
  revision: z.int().nonnegative(),
  type: z.string(),
  version: z.int(),
  data: z.unknown(),
  metadata: z.unknown(),
})
type Relayed = ReadableEvent<z.infer<typeof relayedEventSchema>>

export type ReactDependencies = {
  readonly handler: Handler
  readonly clock: WallClock
  readonly log: Log
  /** Sends the public commands that events lead to. */
  readonly dispatch: SystemDispatch
  /** Aborts when nothing is to be waited for any more. */
  readonly signal: AbortSignal
  /** Where backups are removed from. Default: nowhere. */
  readonly backups?: BackupPlaces
  /** Default: what `domain/reactions` says. */
  readonly reactions?: Reactions
  /** Whether the log has the event of a message. Default: it has them all. */
  readonly isInLog?: IsInLog
  /** Default: steps are not traced. */
  readonly tracer?: Tracer
}

/** The event fits its stream's category: `checkEvent` has seen to that. */
const reactionsToRelayed = async (
  handler: Handler,
  reactions: Reactions,
  { stored, event }: Relayed,
): Promise<readonly Effect[]> => {
  const { stream, revision } = stored
  const category = tryCategory(stream)
  if (category === null) return []
  const asOfEvent = { atLeast: revision, isThere: true }
  const { state } = await handler.load(aggregateOf(category), stream, reactions.needPresent(event) ? {} : asOfEvent)
  return reactions.to(event, state)
}

/** An operation begins once all that it rests on is held. */
const isBeginning = (reaction: Effect): boolean => isTold(reaction) && reaction.command.type === 'StartOperation'

const isTold = (effect: Effect): effect is Reaction => effect.target !== 'public' && effect.target !== 'backup-store'

/** Handles one message of `coffer.events`: carries out what the event leads to. At least once does no harm. */
export const createEventReactor = ({
  handler,
  clock,
  log,
  dispatch,
  signal,
  backups,
  reactions: allReactions = reactionsOfAll,
  isInLog = async () => true,
  tracer = noTracer,
}: ReactDependencies) => {
  const reacting = allReactions.types

  const react = async (relayed: Relayed, traceparent: string | undefined): Promise<void> => {
    const { metadata } = relayed
    const contextOf = (part: string): CommandContext => ({
      actor: { kind: 'system', name: 'sagas' },
      commandId: parseCommandId(deriveId('reaction', metadata.eventId, part)),
      correlationId: metadata.correlationId,
      projectId: metadata.projectId,
      instanceId: metadata.instanceId,
      causationId: metadata.eventId,
      ...(traceparent === undefined ? {} : { traceparent }),
    })
    let reactions: readonly Effect[] = []
    const unreadable: UnreadableHistory[] = []
    /** A history that cannot be read costs what rests on it, and no other reaction. */
    const unlessUnreadable = async (work: () => Promise<void>): Promise<void> => {
      try {
        await work()
      } catch (error) {
        if (!(error instanceof UnreadableHistory)) throw error
        unreadable.push(error)
      }
    }
    await unlessUnreadable(async () => {
      reactions = await reactionsToRelayed(handler, allReactions, relayed)
    })
    for (const [index, reaction] of reactions.entries()) {
      if (unreadable.length > 0 && isBeginning(reaction)) continue
      await unlessUnreadable(async () => {
        if (reaction.target === 'public') {
          await request(reaction, relayed, traceparent, (part) => contextOf(`${index}/${part}`))
        } else if (reaction.target === 'backup-store') {
          await tell(await removeBackup(backups, reaction, { clock, log }), relayed, contextOf(String(index)))
        } else await tell(reaction, relayed, contextOf(String(index)))
      })
    }
    const [first] = unreadable
    if (!first) return
    const told = reactions.filter(isTold)
    await failUnbegun({ handler, clock }, relayed.event, told, first, contextOf('unreadable'))
    throw first
  }

  const tell = async (reaction: Reaction, relayed: Relayed, context: CommandContext): Promise<void> => {
    const refusal = await perform({ handler, clock }, reaction, context)
    if (!refusal) return
    const { command, target, id } = reaction
    const fields = { refusal, reaction: command.type, target, id, eventId: relayed.stored.id }
    log.error(fields, 'what an event led to was refused')
  }

  /** Where the answer is not taken in, because the process ends here, the repeat is answered alike. */
  const request = async (
    asked: OwnRequest,
    relayed: Relayed,
    traceparent: string | undefined,
    contextOf: (part: string) => CommandContext,
  ): Promise<void> => {
    const answer = await dispatch(asked, { causationId: relayed.stored.id, traceparent, signal })
    for (const [index, reaction] of asked.answered(answer).entries()) {
      await tell(reaction, relayed, contextOf(String(index)))
    }
  }

  return async (message: IncomingMessage): Promise<void> => {
    // The relay says the type in a header, so that what leads to nothing is not even parsed.
    if (message.headers.type !== undefined && !reacting.has(message.headers.type)) return
    const stored = parseMessage(message, relayedEventSchema)
    if (!reacting.has(stored.type)) return
    const relayed = checkEvent(stored)
    if (!relayed?.readable) throw new PoisonMessage(`${stored.stream} revision ${stored.revision}: ${relayed?.detail}`)
    if (!(await isInLog(message, stored))) {
      throw new PoisonMessage(
        `${stored.stream} revision ${stored.revision} is of a log that was replaced: ${stored.id} is not there any more`,
      )
    }
    const { metadata } = relayed
    const step = {
      parent: traceOf(message, metadata.traceparent),
      kind: 'consumer',
      attributes: {
        'messaging.destination.name': message.topic,
        'coffer.event.id': stored.id,
        'coffer.operation.id': metadata.correlationId,
        'coffer.instance.id': metadata.instanceId,
      },
    } as const
    await inSpan(tracer, `react ${stored.type}`, step, (span) => react(relayed, span.traceparent))
  }
}
