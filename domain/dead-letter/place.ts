/** Where a parked message lies: of which topic it was, and its partition and offset in that topic's dead letters. */
export type DeadLetterPlace = {
  readonly topic: string
  readonly partition: number
  /** A decimal string, as brokers use 64 bits. */
  readonly offset: string
}

const suffix = '.dead-letters'

/** Where messages of a topic go that cannot be handled. */
export const deadLetterTopic = (topic: string): string => `${topic}${suffix}`

/** The topic whose dead letters these are; null for any other topic. */
export const topicOfDeadLetters = (name: string): string | null =>
  name.endsWith(suffix) && name.length > suffix.length ? name.slice(0, -suffix.length) : null

/** `<topic>.dead-letters/<partition>/<offset>`: what other tools of the bus find it by, too. */
export const formatPlace = ({ topic, partition, offset }: DeadLetterPlace): string =>
  `${deadLetterTopic(topic)}/${partition}/${offset}`

const placeForm = /^([A-Za-z0-9._-]{1,236})\/(0|[1-9]\d{0,8})\/(0|[1-9]\d{0,17})$/

/** What `formatPlace` wrote, else null. */
export const tryParsePlace = (text: string): DeadLetterPlace | null => {
  const [, name = '', partition, offset] = placeForm.exec(text) ?? []
  const topic = topicOfDeadLetters(name)
  if (topic === null || partition === undefined || offset === undefined) return null
  return { topic, partition: Number(partition), offset }
}
