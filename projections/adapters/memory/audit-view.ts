import type { AuditEntry } from '../../audit-entry.ts'
import { auditKey } from '../../audit-entry.ts'
import { type DumpedDocument, type IndexEntry, type ListOptions, neverWritten } from '../../ports/view-store.ts'
import { auditListNames, auditLists } from '../../views/events.ts'
import { createColumn } from './column.ts'
import type { MemoryView } from './memory-view.ts'
import { createNameColumn, createNames, type NameColumn, type Names } from './names.ts'
import { firstIndex } from './sorted-list.ts'

/** Lists by what few events have, or by two things at once. */
const otherLists = auditListNames.filter(
  (index) => !['all', 'project', 'instance', 'operation', 'host'].includes(index),
)

/** Whose events are: a name in each row, and the rows of each name, by its number. */
type Reference = { readonly names: NameColumn; readonly rows: Map<number, number[]> }

/** Rows in order. */
type List = { readonly size: number; readonly row: (at: number) => number }

/**
 * The view `events`, which has as many documents as the log has events: about 130 bytes for each. An entry is a row of numbers, some of
 * which stand for names; a list has the numbers of its rows, but for that of all, which is the rows themselves.
 *
 * Takes what the projection of the audit log writes and nothing else: entries in the order of the log. One that is there stays as it is.
 */
export const createAuditView = (): MemoryView => {
  const names = createNames()
  const positions = createColumn(Float64Array)
  const revisions = createColumn(Uint32Array)
  const types = createNameColumn(names)
  const streams = createNameColumn(names)
  const actors = createNameColumn(names)
  /** NaN: not known. */
  const moments = createColumn(Float64Array)
  const [project, instance, operation] = [createReference(names), createReference(names), createReference(names)]
  const host = createReference(names)
  const roles = createNameColumn(names)
  const commands = createNameColumn(names)
  const references: Readonly<Record<string, Reference>> = { project, instance, operation, host }
  /** The rows of lists by what is in no column of its own, by the number of the value. */
  const others = new Map<string, Map<number, number[]>>(otherLists.map((index) => [index, new Map<number, number[]>()]))
  let checkpoint = neverWritten

  const add = (entry: AuditEntry, entries: readonly IndexEntry[]): void => {
    const row = positions.length()
    positions.add(entry.position)
    revisions.add(entry.revision)
    types.add(entry.type)
    streams.add(entry.stream)
    actors.add(entry.actor)
    moments.add(entry.atMs ?? Number.NaN)
    refer(project, row, entry.projectId)
    refer(instance, row, entry.instanceId)
    refer(operation, row, entry.operationId)
    refer(host, row, entry.hostId)
    roles.add(entry.role)
    commands.add(entry.command)
    for (const { index, value } of entries) {
      const rows = others.get(index)
      if (rows) addRow(rows, names.add(value), row)
    }
  }

  const keyAt = (row: number): string => auditKey(positions.at(row))
  /** The names that it came with, and so an entry again. */
  const entryAt = (row: number): AuditEntry =>
    ({
      position: positions.at(row),
      type: types.at(row),
      stream: streams.at(row),
      revision: revisions.at(row),
      projectId: project.names.at(row),
      instanceId: instance.names.at(row),
      operationId: operation.names.at(row),
      atMs: Number.isNaN(moments.at(row)) ? null : moments.at(row),
      actor: actors.at(row),
      role: roles.at(row),
      command: commands.at(row),
      hostId: host.names.at(row),
    }) as AuditEntry

  const listOf = (index: string, value: string): List => {
    if (index === 'all' && value === 'all') return { size: positions.length(), row: (at) => at }
    const number = names.find(value)
    const rows = number === undefined ? undefined : (references[index]?.rows ?? others.get(index))?.get(number)
    return rows ? { size: rows.length, row: (at) => rows[at] as number } : { size: 0, row: (at) => at }
  }

  /** The first place of a list whose key passes, given that all after it do. */
  const seek = ({ size, row }: List, passes: (key: string) => boolean): number =>
    firstIndex(size, (at) => passes(keyAt(row(at))))

  const rowsOf = (list: List, { after, direction = 'ascending', first }: Omit<ListOptions, 'index' | 'value'>) => {
    const rows: number[] = []
    if (direction === 'ascending') {
      let at = after === undefined ? 0 : seek(list, (key) => key > after)
      for (; at < list.size && rows.length < first; at += 1) rows.push(list.row(at))
    } else {
      let at = after === undefined ? list.size : seek(list, (key) => key >= after)
      for (at -= 1; at >= 0 && rows.length < first; at -= 1) rows.push(list.row(at))
    }
    return rows
  }

  const find = (key: string): AuditEntry | null => {
    const row = seek(listOf('all', 'all'), (other) => other >= key)
    return row < positions.length() && keyAt(row) === key ? entryAt(row) : null
  }

  const dumpRow = (row: number): DumpedDocument => {
    const [key, document] = [keyAt(row), entryAt(row)]
    return { key, document, entries: auditLists(document, key) }
  }

  return {
    checkpoint: () => checkpoint,
    moveTo: (position) => {
      checkpoint = position
    },
    write: (write) => {
      if (write.kind === 'delete') throw new Error(`the audit log keeps ${write.key}, as it keeps everything`)
      const entry = write.document as AuditEntry
      const last = positions.length() - 1
      if (last < 0 || entry.position > positions.at(last)) add(entry, write.entries)
      else if (!find(write.key)) throw new Error(`the audit log is at ${keyAt(last)} already and lacks ${write.key}`)
    },
    get: find,
    entriesOf: (key) => {
      const entry = find(key)
      return entry ? auditLists(entry, key) : []
    },
    list: ({ index, value, ...page }) =>
      rowsOf(listOf(index, value), page).map((row) => {
        const key = keyAt(row)
        return { key, sortKey: key, document: entryAt(row) }
      }),
    count: (index, value) => listOf(index, value).size,
    // Rows that are there never change, so those that are there now are the picture.
    dump: () => firstRows(positions.length(), dumpRow),
  }
}

const createReference = (names: Names): Reference => ({ names: createNameColumn(names), rows: new Map() })

const refer = ({ names, rows }: Reference, row: number, name: string | null): void => {
  const number = names.add(name)
  if (name !== null) addRow(rows, number, row)
}

const addRow = (rows: Map<number, number[]>, number: number, row: number): void => {
  const others = rows.get(number)
  if (others) others.push(row)
  else rows.set(number, [row])
}

function* firstRows<T>(count: number, read: (row: number) => T): Generator<T> {
  for (let row = 0; row < count; row += 1) yield read(row)
}
