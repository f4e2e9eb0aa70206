import type { Position } from '../commands/ports/event-store.ts'
import type { CofferEventType } from '../domain/catalogue.ts'
import type { DeadLetterId, FlavorId, HostId, InstanceId, OperationId, ProjectId, TokenId } from '../domain/ids.ts'
import type { OperationKind } from '../domain/instance/operations.ts'
import type { DatastoreType } from '../domain/values/instance-spec.ts'
import type { ReadAuditLog } from './audit-log.ts'
import {
  type AuditDocument,
  type AuditEntry,
  type DatastoreDocument,
  type DeadLetterDocument,
  type FlavorDocument,
  type HostDocument,
  type InstanceDocument,
  type InstanceStatus,
  type OperationDocument,
  type OperationStatus,
  type QuotaDocument,
  type TokenDocument,
  type UnreadableDocument,
  type ViewName,
  viewNames,
} from './documents.ts'
import { everyone, type ListName } from './lists.ts'
import { type Page, type PageRequest, readPage } from './page.ts'
import type { Entry, ViewStore } from './ports/view-store.ts'
import { auditKey } from './views/events.ts'
import { instanceNameIn } from './views/instances.ts'
import { followAuditLog, watchDocument } from './watch.ts'

/** Of one project, or, null, of all. */
type Scope = { readonly projectId: ProjectId | null }

export type InstanceFilter = Scope & {
  readonly name?: string
  readonly statuses?: readonly InstanceStatus[]
  readonly datastore?: DatastoreType
  readonly hostId?: HostId
  /** Default false. */
  readonly includeDeleted?: boolean
}

export type OperationFilter = Scope & {
  readonly instanceId?: InstanceId
  /** Only those that have not ended. */
  readonly open?: boolean
  readonly statuses?: readonly OperationStatus[]
  readonly kinds?: readonly OperationKind[]
}

export type EventFilter = Scope & {
  readonly instanceId?: InstanceId
  readonly operationId?: OperationId
  readonly types?: readonly CofferEventType[]
}

/**
 * Everything that is read. Documents must not be changed. Every method throws `ViewStoreUnavailable` when the store cannot be reached;
 * `events` and `event`, which read the log too, also `EventStoreUnavailable`.
 */
export type Views = {
  instance(id: InstanceId): Promise<InstanceDocument | null>
  instancesById(ids: readonly InstanceId[]): Promise<readonly (InstanceDocument | null)[]>
  instances(filter: InstanceFilter, page: PageRequest): Promise<Page<InstanceDocument>>
  /** Without those that are deleted. */
  instanceCount(scope: Scope): Promise<number>
  operation(id: OperationId): Promise<OperationDocument | null>
  operationsById(ids: readonly OperationId[]): Promise<readonly (OperationDocument | null)[]>
  operations(filter: OperationFilter, page: PageRequest): Promise<Page<OperationDocument>>
  host(id: HostId): Promise<HostDocument | null>
  hostsById(ids: readonly HostId[]): Promise<readonly (HostDocument | null)[]>
  hosts(page: PageRequest): Promise<Page<HostDocument>>
  datastore(type: DatastoreType): Promise<DatastoreDocument | null>
  datastores(): Promise<readonly DatastoreDocument[]>
  flavor(id: FlavorId): Promise<FlavorDocument | null>
  /** The smallest first. */
  flavors(page: PageRequest): Promise<Page<FlavorDocument>>
  /** Null: the project has neither limits of its own nor ever had an instance. */
  quota(projectId: ProjectId): Promise<QuotaDocument | null>
  quotas(page: PageRequest): Promise<Page<QuotaDocument>>
  token(id: TokenId): Promise<TokenDocument | null>
  tokens(scope: Scope, page: PageRequest): Promise<Page<TokenDocument>>
  /** What was decided about parked messages, in the order of the ids; null where nothing was. */
  deadLettersById(ids: readonly DeadLetterId[]): Promise<readonly (DeadLetterDocument | null)[]>
  unreadableEvents(page: PageRequest): Promise<Page<UnreadableDocument>>
  events(filter: EventFilter, page: PageRequest): Promise<Page<AuditDocument>>
  /** The event at the position, as far as the views have come. */
  event(scope: Scope, position: Position): Promise<AuditDocument | null>
  /** Whether there is one. Reads no log. */
  hasEvent(scope: Scope, position: Position): Promise<boolean>
  /**
   * The events after a position that match: those there are, then each new one, in order, none left out and none twice. `now`: only
   * those that come once it is read from.
   */
  eventsAfter(filter: EventFilter, after: Position | 'now', signal: AbortSignal): AsyncIterable<AuditDocument>
  /** The instance now, then after every change. Of changes in quick succession only the last may be seen. */
  watchInstance(id: InstanceId, signal: AbortSignal): AsyncIterable<InstanceDocument>
  watchOperation(id: OperationId, signal: AbortSignal): AsyncIterable<OperationDocument>
  /** True once these views (default: all) show everything up to the position, false when the signal aborts first. */
  waitFor(position: Position, signal: AbortSignal, views?: readonly ViewName[]): Promise<boolean>
}

export type ViewsDeps = { readonly viewStore: ViewStore; readonly readAuditLog: ReadAuditLog }

export const createViews = ({ viewStore, readAuditLog }: ViewsDeps): Views => {
  const all = <V extends ListName['view']>(view: V) => ({ view, index: 'all', value: everyone }) as const
  const scoped = <V extends ViewName, S extends '' | '-live' | '-open'>(view: V, { projectId }: Scope, suffix: S) =>
    projectId === null
      ? ({ view, index: `all${suffix}`, value: everyone } as const)
      : ({ view, index: `project${suffix}`, value: projectId } as const)
  /** Looks in the list of the scope, so that what others have there does not matter. */
  const entryAt = async (scope: Scope, position: Position): Promise<AuditEntry | null> => {
    const { index, value } = eventList(scope)
    const before = position === 0 ? {} : { after: auditKey(position - 1) }
    const [entry] = await viewStore.list<AuditEntry>('events', { index, value, first: 1, ...before })
    return entry?.document.position === position ? entry.document : null
  }

  return {
    instance: (id) => viewStore.get('instances', id),
    instancesById: (ids) => viewStore.getMany('instances', ids),
    instances: (filter, page) => {
      const suffix = filter.includeDeleted ? '' : '-live'
      const { projectId, name } = filter
      const list: ListName =
        projectId !== null && name !== undefined
          ? { view: 'instances', index: `name${suffix}`, value: instanceNameIn({ projectId, name }) }
          : scoped('instances', filter, suffix)
      return readPage(viewStore, list, page, instanceMatcher(filter))
    },
    instanceCount: (scope) => {
      const { view, index, value } = scoped('instances', scope, '-live')
      return viewStore.count(view, index, value)
    },
    operation: (id) => viewStore.get('operations', id),
    operationsById: (ids) => viewStore.getMany('operations', ids),
    operations: (filter, page) => {
      const list: ListName =
        filter.instanceId === undefined
          ? scoped('operations', filter, filter.open ? '-open' : '')
          : { view: 'operations', index: 'instance', value: filter.instanceId }
      return readPage(viewStore, list, page, operationMatcher(filter))
    },
    host: (id) => viewStore.get('hosts', id),
    hostsById: (ids) => viewStore.getMany('hosts', ids),
    hosts: (page) => readPage(viewStore, all('hosts'), page),
    datastore: (type) => viewStore.get('datastores', type),
    datastores: async () => {
      const { entries } = await readPage<DatastoreDocument>(viewStore, all('datastores'), { first: 100 })
      return entries.map(({ document }) => document)
    },
    flavor: (id) => viewStore.get('flavors', id),
    flavors: (page) => readPage(viewStore, all('flavors'), page),
    quota: (projectId) => viewStore.get('quotas', projectId),
    quotas: (page) => readPage(viewStore, all('quotas'), page),
    token: (id) => viewStore.get('tokens', id),
    tokens: (scope, page) => readPage(viewStore, scoped('tokens', scope, ''), page),
    deadLettersById: (ids) => viewStore.getMany('dead-letters', ids),
    unreadableEvents: (page) => readPage(viewStore, all('unreadable'), page),
    events: async (filter, page) => {
      const listed = await readPage(viewStore, eventList(filter), page, eventMatcher(filter))
      const documents = await readAuditLog(listed.entries.map(({ document }) => document))
      return { ...listed, entries: documents.map(auditPlace) }
    },
    event: async (scope, position) => {
      const entry = await entryAt(scope, position)
      const [document = null] = entry === null ? [] : await readAuditLog([entry])
      return document
    },
    hasEvent: async (scope, position) => (await entryAt(scope, position)) !== null,
    eventsAfter: async function* (filter, after, signal) {
      const matches = eventMatcher(filter)
      yield* followAuditLog(
        { viewStore, readAuditLog },
        { list: eventList(filter), after, ...(matches && { matches }) },
        signal,
      )
    },
    watchInstance: (id, signal) => watchDocument(viewStore, 'instances', id, signal),
    watchOperation: (id, signal) => watchDocument(viewStore, 'operations', id, signal),
    waitFor: async (position, signal, views = viewNames) => {
      const reached = await Promise.all(views.map((view) => viewStore.waitFor(view, position, signal)))
      return reached.every(Boolean)
    },
  }
}

/** An event of the audit log where it stands in every list of it. */
const auditPlace = (document: AuditDocument): Entry<AuditDocument> => {
  const key = auditKey(document.position)
  return { key, sortKey: key, document }
}

/** What `matches` has to look at beyond the list itself; undefined when that is nothing. */
type Matcher<D> = ((document: D) => boolean) | undefined

const instanceMatcher = ({
  projectId,
  name,
  statuses,
  datastore,
  hostId,
}: InstanceFilter): Matcher<InstanceDocument> => {
  const byName = projectId === null ? name : undefined
  if (byName === undefined && !statuses && datastore === undefined && hostId === undefined) return undefined
  return (instance) =>
    (byName === undefined || instance.name === byName) &&
    (!statuses || statuses.includes(instance.status)) &&
    (datastore === undefined || instance.datastore === datastore) &&
    (hostId === undefined || instance.hostId === hostId)
}

const operationMatcher = ({
  projectId,
  instanceId,
  open,
  statuses,
  kinds,
}: OperationFilter): Matcher<OperationDocument> => {
  if (instanceId === undefined && !statuses && !kinds) return undefined
  return (operation) =>
    (projectId === null || operation.projectId === projectId) &&
    (!open || operation.endedAt === null) &&
    (!statuses || statuses.includes(operation.status)) &&
    (!kinds || kinds.includes(operation.kind))
}

/** The shortest list that has them all. */
const eventList = ({ projectId, instanceId, operationId }: EventFilter): ListName => {
  if (operationId !== undefined) return { view: 'events', index: 'operation', value: operationId }
  if (instanceId !== undefined) return { view: 'events', index: 'instance', value: instanceId }
  if (projectId !== null) return { view: 'events', index: 'project', value: projectId }
  return { view: 'events', index: 'all', value: everyone }
}

const eventMatcher = ({ projectId, instanceId, operationId, types }: EventFilter): Matcher<AuditEntry> => {
  if (instanceId === undefined && operationId === undefined && !types) return undefined
  const wanted: ReadonlySet<string> | undefined = types && new Set(types)
  return (event) =>
    (projectId === null || event.projectId === projectId) &&
    (instanceId === undefined || event.instanceId === instanceId) &&
    (operationId === undefined || event.operationId === operationId) &&
    (!wanted || wanted.has(event.type))
}
