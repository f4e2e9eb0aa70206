import { beforeFirst, type EventStore } from '../../../commands/ports/event-store.ts'

/** Events a second of reading the whole log through its client, parsed, and doing nothing with it. */
export const readingRateOf = (events: number, eventStore: EventStore, signal: AbortSignal): Promise<number> =>
  eventRateOf(events, async () => {
    let read = 0
    for await (const page of eventStore.readAll({ after: beforeFirst, signal })) read += page.length
    return read
  })

/**
 * Events a second of a run over a log of so many, which must see all of them. `onProcessor` is told the same of the time that this process had a
 * processor, which is what a run costs however busy the machine is.
 */
export const eventRateOf = async (
  events: number,
  run: () => Promise<number>,
  onProcessor: (rate: number) => void = () => {},
): Promise<number> => {
  globalThis.gc?.()
  const startedAt = performance.now()
  const before = process.cpuUsage()
  const seen = await run()
  const { user, system } = process.cpuUsage(before)
  const seconds = (performance.now() - startedAt) / 1000
  if (seen !== events) throw new Error(`of ${events} events only ${seen} were seen`)
  onProcessor(events / ((user + system) / 1e6))
  return events / seconds
}
