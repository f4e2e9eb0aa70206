import type { EventStore } from '../commands/ports/event-store.ts'
import { findLogGaps, type LogGaps } from './log-gaps.ts'
import { hasSettings, type StreamWatch } from './stream-watch.ts'

export type StreamSettings = { readonly stream: string; readonly settings: readonly string[] }

/** What an administrator is told of the log beside the views. `settings`: the first streams that have some, of `settingsCount`. */
export type LogHealth = LogGaps & { readonly settings: readonly StreamSettings[]; readonly settingsCount: number }

const maxSettings = 100

/** Reads the whole log, and looks at the streams again. Throws what the stores throw. */
export const readLogHealth = async (
  eventStore: Pick<EventStore, 'readAll'>,
  streamWatch: Pick<StreamWatch, 'look'>,
  signal: AbortSignal,
): Promise<LogHealth> => {
  const { streams } = await streamWatch.look(signal)
  const set = streams.filter(hasSettings).map(({ stream, settings }) => ({ stream, settings }))
  const gaps = await findLogGaps(eventStore, streams, signal)
  return { ...gaps, settings: set.slice(0, maxSettings), settingsCount: set.length }
}
