import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beforeFirst, type EventStore } from '../../commands/ports/event-store.ts'
import type { CofferEventType } from '../../domain/catalogue.ts'
import { type ProjectId, parseProjectId } from '../../domain/ids.ts'
import { actorName } from '../../domain/metadata.ts'
import { auditKey } from '../../projections/audit-entry.ts'
import { createAuditLogReader } from '../../projections/audit-log.ts'
import type { ViewStore } from '../../projections/ports/view-store.ts'
import { createViews } from '../../projections/queries.ts'
import { createReplayer } from '../../projections/replay.ts'
import type { EventFilter } from '../../projections/views/events.ts'
import { eventsView } from '../../projections/views/events.ts'
import { collect } from '../support/collect.ts'
import type { WrittenEvent } from '../support/event-log.ts'
import { appendAll, createEventLog, type EventLog } from '../support/event-log.ts'
import { eventTypes, exampleActor, exampleWorld } from '../support/example-events.ts'
import { quietKernel } from '../support/quiet-kernel.ts'

/** Empty ones. */
export type AuditStores = { readonly eventStore: EventStore; readonly viewStore: ViewStore }

const timeoutMs = 120_000
const { signal } = new AbortController()

const [acme, other] = [parseProjectId('acme'), parseProjectId('other')]
const worlds = [1, 2, 3, 4].map((number) => exampleWorld(number, { projectId: number === 4 ? other : acme }))

const startMs = Date.UTC(2030, 0, 1)
const minuteMs = 60_000
/** Every two minutes, by three clocks that differ by up to half an hour. */
const timeOf = (number: number): string =>
  new Date(startMs + number * 2 * minuteMs + (number % 3) * 15 * minuteMs).toISOString()

/** A log of events of all types in four worlds and two projects; every seventh is, whatever its stream, nobody's or the other project's. */
const createHistory = (): EventLog => {
  const log = createEventLog()
  let number = 0
  for (let round = 0; round < 3; round += 1) {
    for (const world of worlds) {
      for (const type of eventTypes) {
        number += 1
        const strayed: ProjectId | null = number % 2 === 0 ? other : null
        log.add(type, world, {}, { at: timeOf(number), ...(number % 7 === 0 && { projectId: strayed }) })
      }
    }
  }
  return log
}

/** Also before the first event and after the last. */
const anyTime = fc.integer({ min: -100, max: 1500 }).map(timeOf)

const anyFilter: fc.Arbitrary<EventFilter> = fc.record(
  {
    projectId: fc.constantFrom(null, acme, other, parseProjectId('nobody')),
    instanceId: fc.constantFrom(...worlds.map(({ instanceId }) => instanceId)),
    operationId: fc.constantFrom(...worlds.map(({ operationId }) => operationId)),
    types: fc.subarray<CofferEventType>([...eventTypes], { maxLength: 8 }),
    actor: fc.constantFrom('nobody', ...worlds.map((world) => actorName(exampleActor(world)))),
    since: anyTime,
    until: anyTime,
  },
  { requiredKeys: ['projectId'] },
)

/** Whose list an event stands in: nobody's if all projects write to its stream. */
const projectOf = ({ stream, metadata }: WrittenEvent): ProjectId | null =>
  /^(host|fleet|datastore|flavor|deadletter)-/.test(stream) ? null : metadata.projectId

const matches = (event: WrittenEvent, filter: EventFilter): boolean => {
  const { projectId, instanceId, operationId, types, actor, since, until } = filter
  const { type, metadata } = event
  return (
    (projectId === null || projectOf(event) === projectId) &&
    (instanceId === undefined || metadata.instanceId === instanceId) &&
    (operationId === undefined || metadata.correlationId === operationId) &&
    (types === undefined || types.some((wanted) => wanted === type)) &&
    (actor === undefined || actorName(metadata.actor) === actor) &&
    (since === undefined || metadata.at >= since) &&
    (until === undefined || metadata.at < until)
  )
}

/** What a page of the audit log is, wherever the log and its views are kept. */
export const auditLogContract = (name: string, open: () => Promise<AuditStores>): void => {
  const start = async () => {
    const { eventStore, viewStore } = await open()
    await appendAll(eventStore, createHistory().events())
    await createReplayer({ eventStore, viewStore, ...quietKernel })([eventsView], { signal })
    const events = (await collect(eventStore.readAll({ after: beforeFirst, signal }))).flat() as readonly WrittenEvent[]
    return { events, views: createViews({ ...quietKernel, viewStore, readAuditLog: createAuditLogReader(eventStore) }) }
  }

  describe(`the audit log ${name}`, { timeout: timeoutMs }, () => {
    it('is what a walk through the log gives, for any filter and project, from any cursor, in pages of any length', async () => {
      const { views, events } = await start()
      const anyPage = fc.record(
        {
          first: fc.integer({ min: 1, max: 80 }),
          direction: fc.constantFrom('ascending' as const, 'descending' as const),
          after: fc.constantFrom(...events.map(({ position }) => auditKey(position))),
        },
        { requiredKeys: ['first'] },
      )
      await fc.assert(
        fc.asyncProperty(anyFilter, anyPage, async (filter, page) => {
          const isDescending = page.direction === 'descending'
          const isBehind = (key: string) =>
            page.after === undefined || (isDescending ? key < page.after : key > page.after)
          const walked = events.filter((event) => matches(event, filter) && isBehind(auditKey(event.position)))
          if (isDescending) walked.reverse()

          const { entries, next } = await views.events(filter, page)
          expect(entries.map(({ document }) => document.id)).toEqual(walked.slice(0, page.first).map(({ id }) => id))
          expect(entries.map(({ sortKey }) => sortKey)).toEqual(
            entries.map(({ document }) => auditKey(document.position)),
          )
          const rest = next === null ? [] : (await views.events(filter, { ...page, after: next })).entries
          expect(rest[0]?.document.id).toBe(walked[page.first]?.id)
        }),
        { numRuns: 150 },
      )
    })

    it('tells whether there is an event at a position, in a project or at all', async () => {
      const { views, events } = await start()
      const at = new Map(events.map((event) => [event.position, event]))
      for (const { position } of events.slice(0, 60)) {
        for (const near of [position, position + 1]) {
          const event = at.get(near)
          expect(await views.hasEvent({ projectId: null }, near)).toBe(event !== undefined)
          for (const projectId of [acme, other]) {
            expect(await views.hasEvent({ projectId }, near)).toBe(
              event !== undefined && projectOf(event) === projectId,
            )
          }
        }
      }
    })
  })
}
