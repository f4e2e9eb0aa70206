import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAuditView } from '../../../projections/adapters/memory/audit-view.ts'
import { createMemoryView } from '../../../projections/adapters/memory/memory-view.ts'
import { type AuditEntry, auditKey } from '../../../projections/audit-entry.ts'
import type { ViewWrite } from '../../../projections/ports/view-store.ts'
import { auditLists } from '../../../projections/views/events.ts'
import { eventTypes, exampleWorld, streamOfEvent } from '../../support/example-events.ts'

const worlds = [exampleWorld(1), exampleWorld(2), exampleWorld(3)] as const
const oneOf = <K extends 'projectId' | 'instanceId' | 'operationId'>(key: K) =>
  fc.constantFrom(null, ...worlds.map((world) => world[key]))

const anyEntry = fc.record({
  /** From the position before: stores have gaps, and positions beyond 32 bits. */
  step: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 3_000_000_000 })),
  type: fc.constantFrom(...eventTypes),
  stream: fc.constantFrom(...worlds).map((world) => streamOfEvent('InstanceRenamed', world)),
  revision: fc.nat(),
  projectId: oneOf('projectId'),
  instanceId: oneOf('instanceId'),
  operationId: oneOf('operationId'),
  atMs: fc.oneof(fc.constant(null), fc.nat({ max: 4_000_000_000_000 })),
  actor: fc.constantFrom(null, 'admin', 'schedules', 'sagas', ...worlds.map(({ hostId }) => hostId)),
  role: fc.constantFrom(null, 'admin', 'member'),
  command: fc.constantFrom(null, 'CreateInstance', 'DeleteInstance'),
  hostId: fc.constantFrom(null, ...worlds.map(({ hostId }) => hostId)),
})

const putOf = (entry: AuditEntry): ViewWrite => {
  const key = auditKey(entry.position)
  return { kind: 'put', key, document: entry, entries: auditLists(entry, key) }
}

const anyHistory = fc.array(anyEntry, { maxLength: 60 }).map((entries) => {
  let position = -1
  return entries.map(({ step, ...entry }): ViewWrite => {
    position += step
    return putOf({ ...entry, position })
  })
})

const anyPage = fc.record(
  {
    first: fc.integer({ min: 1, max: 70 }),
    direction: fc.constantFrom('ascending' as const, 'descending' as const),
    after: fc.oneof(fc.nat({ max: 60 }).map(auditKey), fc.nat({ max: 90_000_000_000 }).map(auditKey), fc.constant('')),
  },
  { requiredKeys: ['first'] },
)

describe('the view of events in memory', () => {
  it('is what any other view would be after the same writes, though it is kept as numbers', () =>
    fc.assert(
      fc.property(anyHistory, anyPage, (writes, page) => {
        const [audit, other] = [createAuditView(), createMemoryView()]
        // Some twice, as a batch has them that was delivered again.
        for (const write of [...writes, ...writes.slice(-3)]) for (const view of [audit, other]) view.write(write)
        const expected = [...other.dump()]
        expect([...audit.dump()]).toEqual(expected)
        for (const { key, document, entries } of expected) {
          expect(audit.get(key)).toEqual(document)
          expect(audit.entriesOf(key)).toEqual(entries)
        }
        const named = [...expected.flatMap(({ entries }) => entries), nobodys, { index: 'name', value: 'all' }]
        for (const { index, value } of named) {
          expect(audit.count(index, value)).toBe(other.count(index, value))
          expect(audit.list({ index, value, ...page })).toEqual(other.list({ index, value, ...page }))
        }
        expect(audit.get(auditKey(99_999_999_999_999))).toBeNull()
        expect(audit.entriesOf(auditKey(99_999_999_999_999))).toEqual([])
      }),
      { numRuns: 200 },
    ))

  const entry: AuditEntry = {
    position: 7,
    type: 'InstanceRenamed',
    stream: streamOfEvent('InstanceRenamed', worlds[0]),
    revision: 0,
    projectId: null,
    instanceId: null,
    operationId: null,
    atMs: null,
    actor: null,
    role: null,
    command: null,
    hostId: null,
  }

  it('dumps what was there at the call, while more comes', () => {
    const view = createAuditView()
    view.write(putOf(entry))
    const dump = view.dump()
    view.write(putOf({ ...entry, position: 8 }))
    expect([...dump].map(({ key }) => key)).toEqual([auditKey(7)])
  })

  it('refuses what the audit log never does: to forget an event, or to hear of one too late', () => {
    const view = createAuditView()
    view.write(putOf(entry))
    expect(() => view.write({ kind: 'delete', key: auditKey(7) })).toThrow('keeps')
    expect(() => view.write(putOf({ ...entry, position: 6 }))).toThrow(`lacks ${auditKey(6)}`)
  })
})

const nobodys = { index: 'project', value: 'nobody' }
