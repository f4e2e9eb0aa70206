import { type DeadLetterPlace, formatPlace } from '../../domain/dead-letter/place.ts'
import type { ReadableEvent } from '../../domain/read-event.ts'
import type { Log } from '../../kernel/log.ts'
import type { ParkedMessage } from '../ports/dead-letters.ts'
import type { StoredEvent } from '../ports/event-store.ts'
import type { MessageBus } from '../ports/message-bus.ts'

/** Of a topic that had to be made again: what an agent's topic of commands has, and the other topics are always there. */
export const lostTopic = { partitions: 1, retentionMs: 7 * 24 * 3_600_000 }

/** A parked message, to be published again as it was, and the decision that it is. */
export type Replay = {
  readonly message: ParkedMessage
  readonly decision: ReadableEvent<StoredEvent>
  readonly place: DeadLetterPlace
}

/**
 * The parked messages that these events want published again. Their topics exist afterwards: one that somebody has removed,
 * with the host it was for, would else hold up the whole relay. Throws `MessageBusUnavailable`.
 */
export const replaysOf = async (
  { bus, log }: { readonly bus: MessageBus; readonly log: Log },
  events: readonly ReadableEvent<StoredEvent>[],
): Promise<readonly Replay[]> => {
  const replays: Replay[] = []
  for (const decision of events) {
    if (decision.event.type !== 'DeadLetterReplayed') continue
    const { letterId, place } = decision.event.data
    const letter = await bus.deadLetters.get(place)
    if (letter?.id === letterId) replays.push({ message: letter.message, decision, place })
    else log.error({ deadLetter: formatPlace(place) }, 'a dead letter is gone that was to be published again')
  }
  const topics = [...new Set(replays.map(({ message }) => message.topic))]
  if (topics.length > 0) await bus.ensureTopics(topics.map((name) => ({ name, ...lostTopic })))
  return replays
}
