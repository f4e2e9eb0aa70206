import type { DeadLetterId } from '../../domain/dead-letter/id.ts'
import type { DeadLetterPlace } from '../../domain/dead-letter/place.ts'

/** A message as it was published, whoever could not handle it. */
export type ParkedMessage = {
  readonly topic: string
  readonly key: string
  readonly value: string
  /** Its own: what was added when it was parked is in the other fields of the letter. */
  readonly headers: Readonly<Record<string, string>>
}

/** A message that could not be handled. What is null was not said by whoever parked it. */
export type DeadLetter = {
  /** Names it in the log. The same wherever it is derived, and no other letter's. */
  readonly id: DeadLetterId
  readonly place: DeadLetterPlace
  readonly message: ParkedMessage
  /** ISO 8601. */
  readonly parkedAt: string
  /** What the last attempt to handle it ended with, for a person. */
  readonly error: string | null
  readonly attempts: number | null
  /** The consumer group that parked it: other groups may have handled it. */
  readonly group: string | null
  /** Where in its topic it was. */
  readonly origin: { readonly partition: number; readonly offset: string } | null
}

export type DeadLetterRange = {
  /** Only those behind this place (exclusive), in the chosen direction. It may be gone by now. */
  readonly after?: DeadLetterPlace
  readonly direction: 'ascending' | 'descending'
  /** At most so many; fewer where they are large. */
  readonly limit: number
}

/** `next`: where to go on, null at the end. A page may be shorter than asked for, and still not the last. */
export type DeadLetterPage = { readonly letters: readonly DeadLetter[]; readonly next: DeadLetterPlace | null }

/**
 * What was parked and is still kept: retention, and nothing else, removes it. Reading changes nothing and takes part in no group. Which of
 * them are done with is not known here: brokers cannot remove single messages, so that is decided in the log.
 * Every method throws `MessageBusUnavailable`.
 */
export interface DeadLetters {
  /** The topics that messages were ever parked of, sorted, whoever owns them. */
  topics(): Promise<readonly string[]>
  /** Those of one topic, in the order of their places, thus for each partition oldest first, or the other way round. */
  read(topic: string, range: DeadLetterRange): Promise<DeadLetterPage>
  get(place: DeadLetterPlace): Promise<DeadLetter | null>
}
