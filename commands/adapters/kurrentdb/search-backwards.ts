import type { AllStreamResolvedEvent, BaseOptions, EventStoreDBClient } from '@eventstore/db-client'
import { readFiltered } from './filtered-read.ts'

export type BackwardsSearch = {
  /** Of stream names, as .NET understands it. */
  readonly regex: string
  readonly accepts: (record: AllStreamResolvedEvent) => boolean
  readonly callOptions: BaseOptions
}

/**
 * The last record of the log whose stream's name matches and that is accepted, or null. The server looks for it.
 *
 * Ended when it is found: asked for one, the server looks on for another one until it knows that it is one too many (KurrentDB 26.1).
 */
export const searchBackwards = async (
  client: EventStoreDBClient,
  { regex, accepts, callOptions }: BackwardsSearch,
): Promise<AllStreamResolvedEvent | null> => {
  const reading = readFiltered(client, { filter: { streamRegex: regex }, from: 'end', callOptions })
  for await (const record of reading) if (accepts(record)) return record
  return null
}
