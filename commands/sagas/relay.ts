import { allCategories } from '../../domain/aggregates.ts'
import type { CofferEvent } from '../../domain/catalogue.ts'
import { formatPlace, topicOfDeadLetters } from '../../domain/dead-letter/place.ts'
import { type RegistrationAnswer, registrationAnswer } from '../../domain/guest/registration-answer.ts'
import { agentCommandsTopic, controlPlaneTopics, eventsTopic } from '../../domain/guest/topics.ts'
import { type Reactions, reactions as reactionsOfAll } from '../../domain/reactions/reactions.ts'
import type { CheckedEvent, ReadableEvent, UnreadableEvent } from '../../domain/read-event.ts'
import type { Log } from '../../kernel/log.ts'
import type { Timer } from '../../kernel/timers.ts'
import { noTracer, type Span, type Tracer } from '../../kernel/tracer.ts'
import { deadLetterRetentionMs, parkMessage } from '../dead-letter-message.ts'
import { createFollower, type FollowerKernel, type FollowerStatus, openLog, PlaceLost } from '../follower.ts'
import type { Checkpoint, CheckpointStore } from '../ports/checkpoint-store.ts'
import { beforeFirst, type EventStore, type Position, type StoredEvent } from '../ports/event-store.ts'
import type { MessageBus, OutgoingMessage } from '../ports/message-bus.ts'
import type { ControlChannel } from '../secrets/control-channel.ts'
import { traceHeader, traceHeaders } from './message-trace.ts'
import { lostTopic, type Replay, replaysOf } from './replays.ts'

export type RelayOptions = FollowerKernel & {
  readonly eventStore: EventStore
  readonly bus: MessageBus
  readonly checkpoints: CheckpointStore
  readonly channel: Pick<ControlChannel, 'sign' | 'seal'>
  readonly log: Log
  /** Names this process among those that relay the same log. */
  readonly holder: string
  /** True where no other process can be relaying this log: it is taken over at once. */
  readonly exclusive: boolean
  /** How long another holder's checkpoint must stand still, with work ahead of it, before it is taken over. */
  readonly takeOverAfterMs: number
  /** How often at most the checkpoint is saved. What came after it is published again after a crash. */
  readonly saveEveryMs: number
  /** What sagas react to; of other readable events they are not told. Default: what `domain/reactions` says. */
  readonly reactions?: Pick<Reactions, 'types'>
  /** Default: what is published is not traced; the trace of an event goes with its messages all the same. */
  readonly tracer?: Tracer
}

/** Where the bus is, and where the log ends. */
export type RelayLag = { readonly published: Position; readonly head: Position }

export interface Relay {
  start(): void
  /** Publishes no more, saves the checkpoint. */
  stop(): Promise<void>
  /** How far the bus is behind, also where another process relays. */
  lag(): Promise<RelayLag>
  status(): FollowerStatus
}

const relayName = 'relay'
/** The name its checkpoint is kept under. */
export const relayCheckpoint = relayName
const noOne: Checkpoint = { position: beforeFirst, version: 0, holder: '' }

type Checked = CheckedEvent<StoredEvent>

/** An event on its way, the message to an agent that goes with it, and the span of both. */
type Publication = { readonly checked: Checked; readonly told: Told | null; readonly span: Span }

const toMessages = (
  { checked, told, span }: Publication,
  reacting: Reactions['types'],
  { sign, seal }: RelayOptions['channel'],
): readonly OutgoingMessage[] => {
  const { stored } = checked
  const trace = traceHeaders(span.traceparent)
  const position = String(stored.position)
  const toSagas = () => {
    const key = (checked.readable ? checked.metadata.correlationId : null) ?? stored.stream
    const headers = { type: stored.type, position, ...trace }
    return seal({ topic: eventsTopic, key, value: JSON.stringify(stored), headers })
  }
  if (!checked.readable)
    return [parkMessage(toSagas(), { group: relayName, attempts: 1, error: unreadableError(checked) })]
  const messages = reacting.has(stored.type) ? [toSagas()] : []
  if (!told) return messages
  const { hostId, key, type, value } = told
  const headers = { type, position, ...trace }
  return [...messages, sign({ topic: agentCommandsTopic(hostId), key, value: JSON.stringify(value), headers })]
}

type Told = { readonly hostId: string; readonly key: string; readonly type: string; readonly value: unknown }

/** What an agent is told with the event; null for nothing. */
const toAgent = (event: CofferEvent): Told | null => {
  switch (event.type) {
    case 'GuestCommandIssued': {
      const { command } = event.data
      return { hostId: command.hostId, key: command.nodeId, type: command.payload.kind, value: command }
    }
    case 'HostRegistrationAnswered': {
      const { hostId, refusal, reportId } = event.data
      const value: RegistrationAnswer = { kind: registrationAnswer, hostId, refusal, reportId }
      return { hostId, key: hostId, type: value.kind, value }
    }
    default:
      return null
  }
}

/** Says where the event lies in the log: that is where it came from. */
const unreadableError = ({ stored, detail }: UnreadableEvent<StoredEvent>): string =>
  `${stored.stream} revision ${stored.revision}, at position ${stored.position} of the log, cannot be read: ${detail}`

/** The topics that are always there, and those of the agents and of dead letters that messages go to. */
const topicsFor = (messages: readonly OutgoingMessage[]) => {
  const always = new Set(controlPlaneTopics.map(({ name }) => name))
  const others = new Set(messages.map(({ topic }) => topic).filter((name) => !always.has(name)))
  return [...controlPlaneTopics, ...[...others].map((name) => ({ name, ...lostTopic, ...retentionOf(name) }))]
}

const retentionOf = (topic: string) =>
  topicOfDeadLetters(topic) === null ? {} : { retentionMs: deadLetterRetentionMs }

/** The spans end with the work, and with its error. */
const withSpans = async (spans: readonly Span[], work: () => Promise<void>): Promise<void> => {
  try {
    await work()
    for (const span of spans) span.end()
  } catch (error) {
    for (const span of spans) span.end(error)
    throw error
  }
}

/**
 * The only publisher of the log: follows it from a checkpoint, so the log is the outbox and nothing is ever written to two places. Publishes
 * what somebody waits for: events that sagas react to, what agents are told, and, as dead letters, events that cannot be read. At least
 * once, in the order of the log. A second relay stands by; should two be active for a moment, the bus gets repeats and the one whose
 * checkpoint turns out stale steps back.
 */
export const createRelay = (options: RelayOptions): Relay => {
  const { eventStore, bus, checkpoints, channel, timers, log, holder, tracer = noTracer } = options
  const reacting = (options.reactions ?? reactionsOfAll).types
  const stopping = new AbortController()
  const { signal } = stopping
  let version = 0
  let saved: Position = beforeFirst
  let published: Position = beforeFirst
  let timer: Timer | undefined
  let saving: Promise<void> = Promise.resolve()
  let lost = false
  let topicsMayBeMissing = false

  const save = () => {
    timer?.cancel()
    timer = undefined
    saving = saving.then(async () => {
      const position = published
      if (lost || position === saved) return
      const answer = await checkpoints.save(relayCheckpoint, { position, holder }, version)
      if (answer === 'stale') {
        lost = true
        return
      }
      version += 1
      saved = position
    })
    return saving
  }

  const saveSoon = () => {
    if (timer || published === saved) return
    const saveNow = () =>
      save().catch((error) => {
        saving = Promise.resolve()
        log.warn({ err: error }, 'the relay could not save its checkpoint and will try again')
      })
    timer = timers.after(options.saveEveryMs, saveNow, { ref: false })
  }

  const current = async (): Promise<Checkpoint> => (await checkpoints.load(relayCheckpoint)) ?? noOne

  /**
   * Resolves with a checkpoint that nobody else is moving: no one's, our own, or one that was the same and behind the log twice in a row. Once is
   * not enough, as an event may have come just before the look, with a relay at work on it. While a log is at rest, where it ends is
   * all that is asked for: one that was published up to there needs nobody.
   */
  const findAbandoned = async (): Promise<Checkpoint> => {
    let seen = await current()
    let wasBehind = false
    while (!options.exclusive && seen.holder !== holder && seen.holder !== '') {
      await timers.sleep(options.takeOverAfterMs, { signal, ref: false })
      const head = await eventStore.head()
      if (head <= seen.position) continue
      const later = await current()
      const isBehind = head > later.position
      if (isBehind && wasBehind && later.version === seen.version) {
        log.info({ from: later.holder, position: later.position }, 'took over as relay')
        return later
      }
      seen = later
      wasBehind = isBehind
    }
    return seen
  }

  /** Resolves with the position to go on from, once this process is the one that relays. */
  const becomeActive = async (): Promise<Position> => {
    await save().catch(() => {})
    saving = Promise.resolve()
    for (;;) {
      signal.throwIfAborted()
      const seen = await findAbandoned()
      // A new save would look like progress to those that stand by.
      if (seen.holder === holder && seen.version === version) return seen.position
      if ((await checkpoints.save(relayCheckpoint, { position: seen.position, holder }, seen.version)) === 'stale')
        continue
      version = seen.version + 1
      saved = seen.position
      published = seen.position
      lost = false
      return seen.position
    }
  }

  const begin = (checked: Checked): readonly Publication[] => {
    const told = checked.readable ? toAgent(checked.event) : null
    if (checked.readable && !told && !reacting.has(checked.stored.type)) return []
    const { id, type, stream, position } = checked.stored
    const span = tracer.start(`publish ${type}`, {
      parent: checked.readable ? checked.metadata.traceparent : undefined,
      kind: 'producer',
      attributes: {
        'messaging.destination.name': told ? agentCommandsTopic(told.hostId) : eventsTopic,
        'coffer.event.id': id,
        'coffer.stream': stream,
        'coffer.position': position,
      },
    })
    return [{ checked, told, span }]
  }

  /** Below the decision. The message itself goes on with the trace that it belonged to. */
  const beginReplay = ({ message, decision, place }: Replay): Span =>
    tracer.start('publish dead letter', {
      parent: decision.metadata.traceparent,
      kind: 'producer',
      attributes: {
        'messaging.destination.name': message.topic,
        'coffer.dead-letter.place': formatPlace(place),
        'coffer.replayed.traceparent': message.headers[traceHeader],
      },
    })

  const publish = async (events: readonly Checked[]) => {
    const publications = events.flatMap(begin)
    await withSpans(
      publications.map(({ span }) => span),
      () =>
        publishMessages(
          publications.flatMap((publication) => toMessages(publication, reacting, channel)),
          events.filter((checked) => checked.readable),
        ),
    )
  }

  /** The messages, and what of the events wants other messages published again. */
  const publishMessages = async (
    messages: readonly OutgoingMessage[],
    events: readonly ReadableEvent<StoredEvent>[],
  ) => {
    try {
      // An agent is gone and so is its topic, or the bus has lost them all: nobody else makes them, and everything would wait for that.
      const parks = messages.some(({ topic }) => topicOfDeadLetters(topic) !== null)
      if (topicsMayBeMissing || parks) await bus.ensureTopics(topicsFor(messages))
      const replays = await replaysOf({ bus, log }, events)
      await withSpans(replays.map(beginReplay), () =>
        bus.publish([...messages, ...replays.map(({ message }) => message)]),
      )
      topicsMayBeMissing = false
    } catch (error) {
      topicsMayBeMissing = true
      throw error
    }
  }

  const follower = createFollower({
    ...options,
    name: relayName,
    place: becomeActive,
    open: openLog(eventStore, allCategories),
    handle: async ({ events, position }) => {
      if (lost) throw new PlaceLost('another process relays now')
      if (events.length > 0) await publish(events)
      published = Math.max(published, position)
      // A caught-up mark alone is no reason to write: after a restart it is simply found again.
      if (events.length > 0) saveSoon()
    },
  })

  return {
    start: follower.start,
    stop: async () => {
      stopping.abort()
      await follower.stop()
      await save().catch((error) => log.warn({ err: error }, 'the relay stops without saving its checkpoint'))
    },
    lag: async () => {
      const [head, checkpoint] = await Promise.all([eventStore.head(), checkpoints.load(relayCheckpoint)])
      // One that stands by knows of the other by its checkpoint alone.
      return { published: Math.min(head, Math.max(published, checkpoint?.position ?? beforeFirst)), head }
    },
    status: follower.status,
  }
}
