import type { Position } from '../../commands/ports/event-store.ts'
import { aggregates, allCategories, tryCategory } from '../../domain/aggregates.ts'
import type { CofferEventType } from '../../domain/catalogue.ts'
import { checkFitted, fitted } from '../../domain/fitted.ts'
import { hostCategory } from '../../domain/host/index.ts'
import { type HostId, hostIdSchema, type InstanceId, type OperationId, type ProjectId } from '../../domain/ids.ts'
import { type Actor, actorName, highestRole, type Role } from '../../domain/metadata.ts'
import { type StreamName, streamCategory, streamId } from '../../domain/stream.ts'
import { type AuditDocument, type AuditEntry, auditKey } from '../audit-entry.ts'
import { endOf, spanOf, startWithin, within } from '../event-span.ts'
import { entriesIn, everyone, type List, type Lists, namesOf } from '../lists.ts'
import { allOf, inScope, type Made, type Matcher, oneOf, only, type Scope } from '../matching.ts'
import type { Page, PageRequest } from '../page.ts'
import type { Entry } from '../ports/view-store.ts'
import { type Projection, unreadable } from '../projection.ts'
import { defineView } from '../view.ts'
import { followAuditLog, type TellHeld } from '../watch.ts'

/** What a filter may ask for that has a list in each project, and one of all. Each project looks in its own, so what others do there does not matter. */
type Narrow = 'actor' | 'role' | 'command' | 'type'
type AuditList = 'all' | 'project' | 'instance' | 'operation' | 'host' | Narrow | `project-${Narrow}`

/**
 * Parts of Coffer that cause much of all there is, as agents do. To find those of one, the log is looked through: a list of them would be half of all
 * events a second time.
 */
const busyActors: ReadonlySet<string> = new Set(['sagas', 'timers'])
const isListedActor = (actor: string): boolean => !busyActors.has(actor) && tryHostId(actor) === null

const narrow: Lists<AuditEntry, Narrow> = {
  actor: ({ actor }) => (actor !== null && isListedActor(actor) ? actor : null),
  role: ({ role }) => role,
  command: ({ command }) => command,
  type: ({ type }) => type,
}

/** What a list of a project is called by, beside what it lists. */
const inProject = (projectId: ProjectId, value: string): string => `${projectId}/${value}`
const ofProject =
  (list: (entry: AuditEntry) => string | null) =>
  (entry: AuditEntry): string | null => {
    const value = list(entry)
    return value === null || entry.projectId === null ? null : inProject(entry.projectId, value)
  }

const lists: Lists<AuditEntry, AuditList> = {
  all: () => everyone,
  project: ({ projectId }) => projectId,
  instance: ({ instanceId }) => instanceId,
  operation: ({ operationId }) => operationId,
  host: ({ hostId }) => hostId,
  ...narrow,
  'project-actor': ofProject(narrow.actor),
  'project-role': ofProject(narrow.role),
  'project-command': ofProject(narrow.command),
  'project-type': ofProject(narrow.type),
}

export const auditListNames = namesOf(lists)

/** The lists an entry stands in. */
export const auditLists = entriesIn(lists, (_, key) => key)

/** What stands there for one project is for admins; what it says of the project is in the project's own streams as well. */
const isShared = (stream: StreamName): boolean => {
  const category = tryCategory(stream)
  return category !== null && aggregates[category].audience === 'admins'
}

const nobodys = {
  projectId: null,
  instanceId: null,
  operationId: null,
  atMs: null,
  actor: null,
  role: null,
  command: null,
  hostId: null,
} as const

/** The host that an event concerns: its own, the one its data names, or the one whose agent caused it. */
const hostOf = (stream: StreamName, data: object, actor: Actor): HostId | null => {
  if (streamCategory(stream) === hostCategory) return tryHostId(streamId(stream))
  return tryHostId(Reflect.get(data, 'hostId')) ?? (actor.kind === 'agent' ? actor.hostId : null)
}

const hostIds = fitted(hostIdSchema)
const tryHostId = (value: unknown): HostId | null => {
  const checked = checkFitted(hostIds, value)
  return checked.success ? checked.data : null
}

/** The audit log. Every event stands for itself, so there is nothing to evolve. */
const fold: Projection<AuditEntry, 'events', AuditList> = {
  view: 'events',
  version: 6,
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
    const { projectId, instanceId, correlationId: operationId, at, actor, command = null } = event.metadata
    return {
      ...place,
      type: event.type,
      projectId: isShared(stream) ? null : projectId,
      instanceId,
      operationId,
      atMs: Date.parse(at),
      actor: actorName(actor),
      role: highestRole(actor),
      command,
      hostId: hostOf(stream, event.data, actor),
    }
  },
  entries: auditLists,
  lists: auditListNames,
}

export type EventFilter = Scope &
  Made & {
    readonly instanceId?: InstanceId
    readonly operationId?: OperationId
    readonly types?: readonly CofferEventType[]
    /** The name of whoever caused them. */
    readonly actor?: string
    /** Caused by a user whose most powerful role this is. */
    readonly role?: Role
    /** Following at once from a public command of this name. */
    readonly command?: string
    /** Concerning this host, or caused by its agent. */
    readonly hostId?: HostId
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
const listOf = (filter: EventFilter): List<AuditList> => {
  const { projectId, instanceId, operationId, hostId } = filter
  if (operationId !== undefined) return { index: 'operation', value: operationId }
  if (instanceId !== undefined) return { index: 'instance', value: instanceId }
  const found = narrowestOf(filter)
  if (found === null || (found.index === 'type' && hostId !== undefined)) {
    return hostId === undefined ? inScope<''>({ projectId }) : { index: 'host', value: hostId }
  }
  if (projectId === null) return found
  return { index: `project-${found.index}`, value: inProject(projectId, found.value) }
}

/** Of what is asked for, what fewest events have. */
const narrowestOf = ({ actor, command, role, types }: EventFilter): List<Narrow> | null => {
  const [type, ...otherTypes] = types ?? []
  if (actor !== undefined && isListedActor(actor)) return { index: 'actor', value: actor }
  if (command !== undefined) return { index: 'command', value: command }
  if (role !== undefined) return { index: 'role', value: role }
  return type !== undefined && otherTypes.length === 0 ? { index: 'type', value: type } : null
}

const eventMatcher = (filter: EventFilter): Matcher<AuditEntry> => {
  const { projectId, instanceId, operationId, types, actor, role, command, hostId } = filter
  const isOfProject = listOf(filter).index.startsWith('project')
  return allOf<AuditEntry>(
    !isOfProject && projectId !== null && ((event) => event.projectId === projectId),
    only(instanceId, (event) => event.instanceId),
    only(operationId, (event) => event.operationId),
    oneOf<AuditEntry, string>(types, (event) => event.type),
    only(actor, (event) => event.actor),
    only(role, (event) => event.role),
    only(command, (event) => event.command),
    only(hostId, (event) => event.hostId),
    within(spanOf(filter)),
  )
}
