import { isCofferTopic } from '../../domain/guest/topics.ts'
import { type DeadLetterSources, readDeadLetterPage } from '../../graphql/nouns/dead-letter-page.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Metrics, Readings } from '../metrics.ts'

/** As many as an alert needs, and fewer where they are large: who wants to know all of them lists them. */
const countedPerTopic = 500
/** A scrape may come more often, and from several servers: the letters that are done with are read each time, too. */
const keptForMs = 10_000

/**
 * Counts what waits for a person, whatever process parked it, while Prometheus asks. By topic: there are few, and none is there unless
 * something of it was parked.
 */
export const watchDeadLetters = (
  metrics: Metrics,
  sources: DeadLetterSources,
  clock: Pick<Clock, 'elapsedMs'>,
): void => {
  let counted: { readonly at: number; readonly readings: Promise<Readings> } | null = null

  const countOpen = async (topic: string): Promise<number> => {
    const filter = { topic, includeResolved: false }
    const latest = { first: countedPerTopic, direction: 'descending' } as const
    return (await readDeadLetterPage(sources, filter, latest)).entries.length
  }
  const countAll = async (): Promise<Readings> => {
    const topics = (await sources.deadLetters.topics()).filter(isCofferTopic)
    return Object.fromEntries(await Promise.all(topics.map(async (topic) => [topic, await countOpen(topic)] as const)))
  }

  metrics.gauge(
    'coffer_dead_letters_open',
    `Messages that could not be handled and await a decision, of the latest of each topic (up to ${countedPerTopic})`,
    'topic',
    () => {
      if (counted === null || clock.elapsedMs() - counted.at > keptForMs) {
        counted = { at: clock.elapsedMs(), readings: countAll() }
      }
      return counted.readings
    },
  )
}
