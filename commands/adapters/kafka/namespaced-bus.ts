import type { DeadLetterPlace } from '../../../domain/dead-letter/place.ts'
import type { DeadLetter, DeadLetters } from '../../ports/dead-letters.ts'
import type { MessageBus } from '../../ports/message-bus.ts'
import type { ServerNames } from './server-names.ts'

/**
 * The bus with its names as they are within the system, in front of one that knows them as they are on the brokers. Errors and lines of
 * the log keep those of the brokers: that is where whoever reads them looks.
 */
export const createNamespacedBus = (bus: MessageBus, names: ServerNames): MessageBus => {
  const { onServer } = names
  /** Of what was asked for by a name of ours. */
  const here = (nameOnServer: string): string => names.ours(nameOnServer) ?? nameOnServer
  return {
    ...bus,
    ensureTopics: (topics) => bus.ensureTopics(topics.map((topic) => ({ ...topic, name: onServer(topic.name) }))),
    publish: (messages) => bus.publish(messages.map((message) => ({ ...message, topic: onServer(message.topic) }))),
    consume: (options) =>
      bus.consume({
        ...options,
        group: onServer(options.group),
        topics: options.topics.map(onServer),
        handle: (message, signal) => options.handle({ ...message, topic: here(message.topic) }, signal),
      }),
    lag: async (group) => {
      const lags = await bus.lag(onServer(group))
      return lags.map((lag) => ({ ...lag, topic: here(lag.topic), group }))
    },
    removeGroups: async (prefix) => (await bus.removeGroups(onServer(prefix))).map(here),
    deadLetters: namespacedDeadLetters(bus.deadLetters, names, here),
  }
}

const namespacedDeadLetters = (
  letters: DeadLetters,
  { onServer, ours }: ServerNames,
  here: (nameOnServer: string) => string,
): DeadLetters => {
  const placeOnServer = (place: DeadLetterPlace): DeadLetterPlace => ({ ...place, topic: onServer(place.topic) })
  const placeHere = (place: DeadLetterPlace): DeadLetterPlace => ({ ...place, topic: here(place.topic) })
  const letterHere = (letter: DeadLetter): DeadLetter => ({
    ...letter,
    place: placeHere(letter.place),
    message: { ...letter.message, topic: here(letter.message.topic) },
    group: letter.group === null ? null : here(letter.group),
  })
  return {
    topics: async () => (await letters.topics()).flatMap((topic) => ours(topic) ?? []),
    read: async (topic, { after, ...range }) => {
      const page = await letters.read(onServer(topic), { ...range, ...(after && { after: placeOnServer(after) }) })
      return { letters: page.letters.map(letterHere), next: page.next && placeHere(page.next) }
    },
    get: async (place) => {
      const letter = await letters.get(placeOnServer(place))
      return letter && letterHere(letter)
    },
  }
}
