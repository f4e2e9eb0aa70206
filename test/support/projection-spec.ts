import { expect } from 'vitest'
import type { StoredEvent } from '../../commands/ports/event-store.ts'
import { noMark } from '../../commands/ports/log-mark.ts'
import { createMemoryViewStore } from '../../projections/adapters/memory/view-store.ts'
import type { DumpedDocument, ViewStore } from '../../projections/ports/view-store.ts'
import { projectBatch } from '../../projections/project-batch.ts'
import { type Projection, readProjected } from '../../projections/projection.ts'
import { collect } from './collect.ts'

export type SpecOptions = {
  /** How often every event is delivered, one delivery right after the other. */
  readonly deliveries: number
  /** How many deliveries make a batch. */
  readonly batchSize?: number
}

export const dumpOf = async (store: ViewStore, view: string): Promise<readonly DumpedDocument[]> =>
  collect((await store.dump(view)).documents)

/** What a view holds after these events, without any engine. */
export const project = async (
  projection: Projection,
  stored: readonly StoredEvent[],
  { deliveries, batchSize = 1 }: SpecOptions,
): Promise<readonly DumpedDocument[]> => {
  const store = createMemoryViewStore()
  const delivered = readProjected(stored).flatMap((event) => Array.from({ length: deliveries }, () => event))
  let checkpoint = await store.checkpoint(projection.view)
  for (let at = 0; at < delivered.length; at += batchSize) {
    const events = delivered.slice(at, at + batchSize)
    const writes = await projectBatch(projection, { events }, store)
    await store.apply({ view: projection.view, expected: checkpoint, checkpoint: at, mark: noMark, writes })
    checkpoint = at
  }
  return dumpOf(store, projection.view)
}

/**
 * Given these events, then the view holds these documents, by key: whether each event is delivered once or twice, one at a time or all in
 * one batch.
 */
export const expectDocuments = async (
  projection: Projection,
  given: readonly StoredEvent[],
  then: Readonly<Record<string, object>>,
): Promise<void> => {
  for (const deliveries of [1, 2]) {
    for (const batchSize of [1, given.length * deliveries]) {
      const dumped = await project(projection, given, { deliveries, batchSize })
      const documents = Object.fromEntries(dumped.map(({ key, document }) => [key, document]))
      expect(documents, `each event ${deliveries} times, ${batchSize} in a batch`).toEqual(then)
      // What is kept elsewhere than in memory comes back as JSON.
      expect(JSON.parse(JSON.stringify(documents))).toEqual(documents)
    }
  }
}

/** The keys of the documents in a list, in its order. */
export const keysIn = (dumped: readonly DumpedDocument[], index: string, value: string): readonly string[] =>
  dumped
    .flatMap(({ key, entries }) => entries.map((entry) => ({ ...entry, key })))
    .filter((entry) => entry.index === index && entry.value === value)
    .sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1))
    .map(({ key }) => key)
