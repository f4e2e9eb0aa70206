import type { DeadLetters } from './dead-letters.ts'

export type OutgoingMessage = {
  readonly topic: string
  /** Messages of one key keep their order. */
  readonly key: string
  /** JSON text. */
  readonly value: string
  readonly headers?: Readonly<Record<string, string>>
}

export type IncomingMessage = OutgoingMessage & {
  readonly partition: number
  /** Grows within a partition; a decimal string, as brokers use 64 bits. */
  readonly offset: string
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds since 1970 when it was published. */
  readonly publishedAt: number
}

export type TopicSpec = {
  readonly name: string
  readonly partitions: number
  /** How long messages are kept at least, in milliseconds. */
  readonly retentionMs: number
}

export type ConsumeOptions = {
  readonly group: string
  /**
   * The member that has partition i of one has partition i of them all, and so, as keys are put into partitions alike, all messages of a key.
   * They need equally many partitions for that: `ready` rejects with `UnequalTopics` where they have not. While members come and go, one
   * partition may change hands a message later than the other.
   */
  readonly topics: readonly string[]
  /**
   * Where a group without offsets begins. `now`: each member begins with what is published after it got the partition, and what others have
   * left there is skipped.
   */
  readonly start: 'earliest' | 'latest' | 'now'
  /**
   * What is done about members that are silent. `watched`: all that ask for it watch each other, and one that says nothing for some 3 s loses its
   * partitions to others, which go on within 5 s; one that only stood still joins again. `single`: there is one member at a time, so what else is
   * in the group is gone and does not hold up the one that joins. Default: others go on when the bus takes the member for gone, some 10 s later.
   */
  readonly membership?: 'watched' | 'single'
  /**
   * Called with one message after the other of a partition; partitions may run side by side. When it resolves, the message
   * is done and its offset is committed soon after: at least once. When it throws, the message is given again after a
   * back-off, and after `maxAttempts` goes to the dead-letter topic `<topic>.dead-letters` with the error's text in its headers. When it
   * throws `PoisonMessage`, the message goes there at once.
   */
  readonly handle: (message: IncomingMessage, signal: AbortSignal) => Promise<void>
  /** Default: for ever, so that nothing is parked because a store is away for an hour. */
  readonly maxAttempts?: number
}

export interface Consumer {
  /** Resolves once the group is joined and messages flow. */
  readonly ready: Promise<void>
  /** Whether this member has a partition, as far as it can know: false once the group may have given it to another. */
  holds(): boolean
  /** Takes no new message, waits for those in hand (bounded by the signal), commits, leaves. */
  stop(signal?: AbortSignal): Promise<void>
}

/** Thrown by `publish` and `ensureTopics`: the broker cannot be reached. The same call may succeed later. */
export class MessageBusUnavailable extends Error {
  override readonly name = 'MessageBusUnavailable'
  readonly code = 'MESSAGE_BUS_UNAVAILABLE'
}

/** `Consumer.ready` rejects with it: topics that are to be consumed together have different numbers of partitions. */
export class UnequalTopics extends Error {
  override readonly name = 'UnequalTopics'
  readonly code = 'UNEQUAL_TOPICS'
}

/** Thrown by handlers: this message can never be handled (it is not JSON, or of no known shape). Those behind it go on. */
export class PoisonMessage extends Error {
  override readonly name = 'PoisonMessage'
  readonly code = 'POISON_MESSAGE'
}

/** How many messages of a topic a group has not handled yet. */
export type Lag = { readonly topic: string; readonly group: string; readonly messages: number }

/** Durable topics with partitions by key and consumer groups with offsets. Every adapter passes `test/contracts/message-bus.contract.ts`. */
export interface MessageBus {
  /** Creates what is missing; a topic that exists is left as it is. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>
  /** Resolves when all messages are durable. A repeat publishes again: consumers must bear repeats. */
  publish(messages: readonly OutgoingMessage[]): Promise<void>
  consume(options: ConsumeOptions): Consumer
  lag(group: string): Promise<readonly Lag[]>
  /**
   * Removes all groups without members whose names begin so, with the places they had got to. Resolves with their names; a group that is joined
   * meanwhile is kept. Throws `MessageBusUnavailable`.
   */
  removeGroups(prefix: string): Promise<readonly string[]>
  /** What went to the dead-letter topics. */
  readonly deadLetters: DeadLetters
  /**
   * The bus's own clock as of the answer, milliseconds since 1970: what all who share it can agree on, however wrong their own are. Null
   * where it has none but that of this machine. Throws `MessageBusUnavailable`.
   */
  now(): Promise<number | null>
  close(): Promise<void>
}
