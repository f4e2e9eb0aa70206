import type { Position } from '../../commands/ports/event-store.ts'
import { aggregates, allCategories, tryCategory } from '../../domain/aggregates.ts'
import type { CofferEventType } from '../../domain/catalogue.ts'
import type { InstanceId, OperationId } from '../../domain/ids.ts'
import { actorName } from '../../domain/metadata.ts'
import type { StreamName } from '../../domain/stream.ts'
import { type AuditDocument, type AuditEntry, auditKey } from '../audit-entry.ts'
import { endOf, spanOf, startWithin, within } from '../event-span.ts'
import { entriesIn, everyone, type List, type Lists, namesOf } from '../lists.ts'
import { allOf, inScope, type Made, type Matcher, oneOf, only, type Scope } from '../matching.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Entry } from '../ports/view-store.ts'
import { type Projection, unreadable } from '../projection.ts'
import { defineView } from '../view.ts'
import { followAuditLog, type TellHeld } from '../watch.ts'

type AuditList = 'all' | 'project' | 'instance' | 'operation'
const lists: Lists<AuditEntry, AuditList> = {
  all: () => everyone,
  project: ({ projectId }) => projectId,
  instance: ({ instanceId }) => instanceId,
  operation: ({ operationId }) => operationId,
}

/** The lists an entry stands in. */
export const auditLists = entriesIn(lists, (_, key) => key)

/** What stands there for one project is for admins; what it says of the project is in the project's own streams as well. */
const isShared = (stream: StreamName): boolean => {
  const category = tryCategory(stream)
  return category !== null && aggregates[category].audience === 'admins'
}

const nobodys = { projectId: null, instanceId: null, operationId: null, atMs: null, actor: null } as const

/** The audit log. Every event stands for itself, so there is nothing to evolve. */
const fold: Projection<AuditEntry, 'events', AuditList> = {
  view: 'events',
  version: 5,
  categories: allCategories,
  blind: true,
  keysOf: ({ position }) => [auditKey(position)],
  evolve: (_, event) => {
    const { position, stream, revision } = event
    const place = { position, stream, revision }
    // Whose it is cannot be said, so only admins see it.
    if (event.type === unreadable) {
      return { ...place, type: event.storedType, ...nobodys }
    }
    const { projectId, instanceId, correlationId: operationId, at, actor } = event.metadata
    return {
      ...place,
      type: event.type,
      projectId: isShared(stream) ? null : projectId,
      instanceId,
      operationId,
      atMs: Date.parse(at),
      actor: actorName(actor),
    }
  },
  entries: auditLists,
  lists: namesOf(lists),
}

export type EventFilter = Scope &
  Made & {
    readonly instanceId?: InstanceId
    readonly operationId?: OperationId
    readonly types?: readonly CofferEventType[]
    /** The name of whoever caused them. */
    readonly actor?: string
  }

export const eventsView = defineView(fold, ({ page }, { viewStore, readAuditLog, random, timers }) => {
  /** Looks in the list of the scope, so that what others have there does not matter. */
  const entryAt = async (scope: Scope, position: Position): Promise<AuditEntry | null> => {
    const before = position === 0 ? {} : { after: auditKey(position - 1) }
    const [entry] = await viewStore.list<AuditEntry>(fold.view, { ...inScope(scope), first: 1, ...before })
    return entry?.document.position === position ? entry.document : null
  }
  return {
    events: async (filter: EventFilter, request: PageRequest): Promise<Page<AuditDocument>> => {
      const list = listOf(filter)
      const span = spanOf(filter)
      const begun = await startWithin(viewStore, list, request, span)
      const listed = await page(list, begun, eventMatcher(filter), endOf(span, request))
      const documents = await readAuditLog(listed.entries.map(({ document }) => document))
      return { ...listed, entries: documents.map(auditPlace) }
    },
    /** The event at the position, as far as the views have come. */
    event: async (scope: Scope, position: Position): Promise<AuditDocument | null> => {
      const entry = await entryAt(scope, position)
      const [document = null] = entry === null ? [] : await readAuditLog([entry])
      return document
    },
    /** Whether there is one. Reads no log. */
    hasEvent: async (scope: Scope, position: Position): Promise<boolean> => (await entryAt(scope, position)) !== null,
    /**
     * The events after a position that match: those there are, then each new one, in order, none left out and none twice. `now`: only
     * those that come once it is read from.
     */
    eventsAfter: (
      filter: EventFilter,
      after: Position | 'now',
      signal: AbortSignal,
      tellHeld?: TellHeld,
    ): AsyncIterable<AuditDocument> => {
      const matches = eventMatcher(filter)
      return followAuditLog(
        { viewStore, readAuditLog, random, timers },
        {
          list: { view: fold.view, ...listOf(filter) },
          after,
          ...(matches && { matches }),
          ...(tellHeld && { tellHeld }),
        },
        signal,
      )
    },
  }
})

/** An event of the audit log where it stands in every list of it. */
const auditPlace = (document: AuditDocument): Entry<AuditDocument> => {
  const key = auditKey(document.position)
  return { key, sortKey: key, document }
}

/** The shortest list that has them all. */
const listOf = ({ projectId, instanceId, operationId }: EventFilter): List<AuditList> => {
  if (operationId !== undefined) return { index: 'operation', value: operationId }
  if (instanceId !== undefined) return { index: 'instance', value: instanceId }
  return inScope({ projectId })
}

const eventMatcher = (filter: EventFilter): Matcher<AuditEntry> => {
  const { projectId, instanceId, operationId, types, actor } = filter
  // The list of an instance or an operation is of whatever project.
  const listed = instanceId === undefined && operationId === undefined
  return allOf<AuditEntry>(
    !listed && projectId !== null && ((event) => event.projectId === projectId),
    only(instanceId, (event) => event.instanceId),
    only(operationId, (event) => event.operationId),
    oneOf<AuditEntry, string>(types, (event) => event.type),
    only(actor, (event) => event.actor),
    within(spanOf(filter)),
  )
}
