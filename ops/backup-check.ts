import type { BackupStore, StoredObject } from '../commands/ports/backup-store.ts'
import { beforeFirst, type EventStore } from '../commands/ports/event-store.ts'
import { type BackupEvent, type BackupState, backup, backupCategory } from '../domain/backup/index.ts'
import { checkEvents } from '../domain/read-event.ts'
import { aggregateId } from '../projections/projection.ts'

/**
 * `MISSING`, `WRONG_SIZE`: an object of a backup that is available is not in the store, or not as it was stored; that backup cannot be restored. `UNKNOWN`: no backup of
 * the log has this object, and none that is being made or removed.
 */
export type BackupDifference = {
  readonly difference: 'MISSING' | 'WRONG_SIZE' | 'UNKNOWN'
  readonly key: string
  /** Of the object; null where it is missing. */
  readonly bytes: number | null
  /** As the log has it; null where the log has nothing of it. */
  readonly expectedBytes: number | null
}

/** `differences`: the first of them. `count`: how many there are. */
export type BackupCheck = {
  readonly backups: number
  readonly objects: number
  readonly differences: readonly BackupDifference[]
  readonly count: number
}

const maxDifferences = 1000

/**
 * Compares the backup store with the log, and changes neither. Memory grows with the number of objects and backups. Throws what the two throw.
 */
export const checkBackups = async (
  store: Pick<BackupStore, 'list' | 'head'>,
  eventStore: Pick<EventStore, 'readAll'>,
  signal: AbortSignal,
): Promise<BackupCheck> => {
  // The log afterwards: it has a backup before the store has anything of it.
  const listed = new Map<string, StoredObject>()
  for await (const object of store.list('instances/')) {
    signal.throwIfAborted()
    listed.set(object.key, object)
  }
  const states = await readStates(eventStore, signal)
  const differences: BackupDifference[] = []
  const expected = new Set<string>()
  let backups = 0
  for (const state of states.values()) {
    if (state.status !== 'AVAILABLE') continue
    backups += 1
    for (const { name, storedBytes } of state.contents.parts) {
      const key = `${state.contents.location}/${name}`
      expected.add(key)
      if (listed.get(key)?.bytes === storedBytes) continue
      // It may have come after the listing.
      const found = await store.head(key)
      if (found?.bytes === storedBytes) continue
      const difference = found === null ? 'MISSING' : 'WRONG_SIZE'
      differences.push({ difference, key, bytes: found?.bytes ?? null, expectedBytes: storedBytes })
    }
  }
  for (const { key, bytes } of listed.values()) {
    if (expected.has(key) || isOnItsWay(states.get(backupIn(key)))) continue
    differences.push({ difference: 'UNKNOWN', key, bytes, expectedBytes: null })
  }
  const count = differences.length
  return { backups, objects: listed.size, differences: differences.slice(0, maxDifferences), count }
}

const readStates = async (
  eventStore: Pick<EventStore, 'readAll'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, BackupState>> => {
  const states = new Map<string, BackupState>()
  for await (const events of eventStore.readAll({ after: beforeFirst, categories: [backupCategory], signal })) {
    for (const checked of checkEvents(events)) {
      if (!checked.readable) continue
      const id = aggregateId(checked.stored)
      // Only events of backups are in this category.
      states.set(id, backup.evolve(states.get(id) ?? backup.initial, checked.event as BackupEvent))
    }
  }
  return states
}

/** Its objects come and go. One that failed may be whole, where its history could not be read. */
const isOnItsWay = (state: BackupState | undefined): boolean =>
  state?.status === 'CREATING' || state?.status === 'DELETING' || state?.status === 'FAILED'

/** `instances/<instance id>/backups/<backup id>/...` */
const backupIn = (key: string): string => key.split('/')[3] ?? ''
