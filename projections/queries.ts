import type { Position } from '../commands/ports/event-store.ts'
import type { CofferEventType } from '../domain/catalogue.ts'
import type {
  BackupId,
  ConfigurationId,
  DeadLetterId,
  FlavorId,
  HostId,
  InstanceId,
  JoinTokenId,
  OperationId,
  ProjectId,
  ScheduleId,
  TokenId,
} from '../domain/ids.ts'
import type { OperationKind } from '../domain/instance/operation-kinds.ts'
import { actorName } from '../domain/metadata.ts'
import type { ParametersId } from '../domain/parameters/index.ts'
import type { ScheduledAction } from '../domain/schedule/action-names.ts'
import type { Health } from '../domain/values/health.ts'
import type { DatastoreType } from '../domain/values/instance-spec.ts'
import type { ReadAuditLog } from './audit-log.ts'
import {
  type AuditDocument,
  type AuditEntry,
  type BackupDocument,
  type BackupStatus,
  type ConfigurationDocument,
  type DatastoreDocument,
  type DeadLetterDocument,
  type FlavorDocument,
  type HostDocument,
  type InstanceDocument,
  type InstanceStatus,
  type JoinTokenDocument,
  type OperationDocument,
  type OperationStatus,
  type ParametersDocument,
  type QuotaDocument,
  type ScheduleDocument,
  type ScheduleStatus,
  type TokenDocument,
  type UnreadableDocument,
  type ViewName,
  viewNames,
} from './documents.ts'
import { endOf, spanOf, startWithin, within } from './event-span.ts'
import { everyone, type ListName } from './lists.ts'
import { type Page, type PageRequest, readPage } from './page.ts'
import type { Entry, ViewStore } from './ports/view-store.ts'
import { auditKey } from './views/events.ts'
import { instanceNameIn } from './views/instances.ts'
import { followAuditLog, type TellHeld, type WatchKernel, watchDocument } from './watch.ts'

/** Of one project, or, null, of all. */
type Scope = { readonly projectId: ProjectId | null }

/** ISO 8601: made at `since` or later, and before `until`. */
type Made = { readonly since?: string; readonly until?: string }

export type InstanceFilter = Scope &
  Made & {
    readonly name?: string
    readonly namePrefix?: string
    readonly statuses?: readonly InstanceStatus[]
    readonly healths?: readonly Health[]
    readonly datastore?: DatastoreType
    readonly hostId?: HostId
    /** Default false. */
    readonly includeDeleted?: boolean
  }

export type OperationFilter = Scope &
  Made & {
    readonly instanceId?: InstanceId
    /** Only those that have not ended. */
    readonly open?: boolean
    readonly statuses?: readonly OperationStatus[]
    readonly kinds?: readonly OperationKind[]
    /** The name of the actor. */
    readonly requestedBy?: string
  }

export type BackupFilter = Scope &
  Made & { readonly instanceId?: InstanceId; readonly statuses?: readonly BackupStatus[] }

export type ScheduleFilter = Scope &
  Made & {
    readonly instanceId?: InstanceId
    readonly actions?: readonly ScheduledAction[]
    readonly statuses?: readonly ScheduleStatus[]
  }

export type EventFilter = Scope &
  Made & {
    readonly instanceId?: InstanceId
    readonly operationId?: OperationId
    readonly types?: readonly CofferEventType[]
    /** The name of whoever caused them. */
    readonly actor?: string
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
  configuration(id: ConfigurationId): Promise<ConfigurationDocument | null>
  configurations(scope: Scope, page: PageRequest): Promise<Page<ConfigurationDocument>>
  /** Null until a host has read them. */
  parameters(id: ParametersId): Promise<ParametersDocument | null>
  flavor(id: FlavorId): Promise<FlavorDocument | null>
  /** The smallest first. */
  flavors(page: PageRequest): Promise<Page<FlavorDocument>>
  /** Null: the project has neither limits of its own nor ever had an instance. */
  quota(projectId: ProjectId): Promise<QuotaDocument | null>
  quotas(page: PageRequest): Promise<Page<QuotaDocument>>
  token(id: TokenId): Promise<TokenDocument | null>
  tokens(scope: Scope, page: PageRequest): Promise<Page<TokenDocument>>
  joinToken(id: JoinTokenId): Promise<JoinTokenDocument | null>
  joinTokens(page: PageRequest): Promise<Page<JoinTokenDocument>>
  backup(id: BackupId): Promise<BackupDocument | null>
  backups(filter: BackupFilter, page: PageRequest): Promise<Page<BackupDocument>>
  schedule(id: ScheduleId): Promise<ScheduleDocument | null>
  schedules(filter: ScheduleFilter, page: PageRequest): Promise<Page<ScheduleDocument>>
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
  eventsAfter(
    filter: EventFilter,
    after: Position | 'now',
    signal: AbortSignal,
    tellHeld?: TellHeld,
  ): AsyncIterable<AuditDocument>
  /** The instance now, then after every change. Of changes in quick succession only the last may be seen. */
  watchInstance(id: InstanceId, signal: AbortSignal): AsyncIterable<InstanceDocument>
  watchOperation(id: OperationId, signal: AbortSignal): AsyncIterable<OperationDocument>
  /** True once these views (default: all) show everything up to the position, false when the signal aborts first. */
  waitFor(position: Position, signal: AbortSignal, views?: readonly ViewName[]): Promise<boolean>
}

export type ViewsDeps = WatchKernel & { readonly viewStore: ViewStore; readonly readAuditLog: ReadAuditLog }

export const createViews = ({ viewStore, readAuditLog, random, timers }: ViewsDeps): Views => {
  const watched = { viewStore, random, timers }
  const all = <V extends ListName['view']>(view: V) => ({ view, index: 'all', value: everyone }) as const
  const scoped = <V extends ViewName, S extends '' | '-live' | '-open'>(view: V, { projectId }: Scope, suffix: S) =>
    projectId === null
      ? ({ view, index: `all${suffix}`, value: everyone } as const)
      : ({ view, index: `project${suffix}`, value: projectId } as const)
  const ofInstance = <V extends 'operations' | 'backups' | 'schedules'>(
    view: V,
    { instanceId }: { readonly instanceId?: InstanceId },
  ) => (instanceId === undefined ? null : ({ view, index: 'instance', value: instanceId } as const))
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
      const list = ofInstance('operations', filter) ?? scoped('operations', filter, filter.open ? '-open' : '')
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
    configuration: (id) => viewStore.get('configurations', id),
    configurations: (scope, page) => readPage(viewStore, scoped('configurations', scope, ''), page),
    parameters: (id) => viewStore.get('parameters', id),
    flavor: (id) => viewStore.get('flavors', id),
    flavors: (page) => readPage(viewStore, all('flavors'), page),
    quota: (projectId) => viewStore.get('quotas', projectId),
    quotas: (page) => readPage(viewStore, all('quotas'), page),
    token: (id) => viewStore.get('tokens', id),
    tokens: (scope, page) => readPage(viewStore, scoped('tokens', scope, ''), page),
    joinToken: (id) => viewStore.get('join-tokens', id),
    joinTokens: (page) => readPage(viewStore, all('join-tokens'), page),
    backup: (id) => viewStore.get('backups', id),
    backups: (filter, page) => {
      const list = ofInstance('backups', filter) ?? scoped('backups', filter, '')
      return readPage(viewStore, list, page, backupMatcher(filter))
    },
    schedule: (id) => viewStore.get('schedules', id),
    schedules: (filter, page) => {
      const list = ofInstance('schedules', filter) ?? scoped('schedules', filter, '')
      return readPage(viewStore, list, page, scheduleMatcher(filter))
    },
    deadLettersById: (ids) => viewStore.getMany('dead-letters', ids),
    unreadableEvents: (page) => readPage(viewStore, all('unreadable'), page),
    events: async (filter, page) => {
      const list = eventList(filter)
      const span = spanOf(filter)
      const request = await startWithin(viewStore, list, page, span)
      const listed = await readPage(viewStore, list, request, eventMatcher(filter), endOf(span, page))
      const documents = await readAuditLog(listed.entries.map(({ document }) => document))
      return { ...listed, entries: documents.map(auditPlace) }
    },
    event: async (scope, position) => {
      const entry = await entryAt(scope, position)
      const [document = null] = entry === null ? [] : await readAuditLog([entry])
      return document
    },
    hasEvent: async (scope, position) => (await entryAt(scope, position)) !== null,
    eventsAfter: async function* (filter, after, signal, tellHeld) {
      const matches = eventMatcher(filter)
      yield* followAuditLog(
        { ...watched, readAuditLog },
        { list: eventList(filter), after, ...(matches && { matches }), ...(tellHeld && { tellHeld }) },
        signal,
      )
    },
    watchInstance: (id, signal) => watchDocument(watched, 'instances', id, signal),
    watchOperation: (id, signal) => watchDocument(watched, 'operations', id, signal),
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

/** All the tests that are asked for; undefined where there are none. */
const allOf = <D>(...tests: readonly (Matcher<D> | false)[]): Matcher<D> => {
  const asked = tests.filter((test) => test !== undefined && test !== false)
  return asked.length === 0 ? undefined : (document) => asked.every((test) => test(document))
}

/** Whether one of these is the value of a document; undefined where any will do. */
const oneOf = <D, V>(wanted: readonly V[] | undefined, of: (document: D) => V): Matcher<D> => {
  if (wanted === undefined) return undefined
  const values: ReadonlySet<V> = new Set(wanted)
  return (document) => values.has(of(document))
}

const only = <D, V>(wanted: V | undefined, of: (document: D) => V): Matcher<D> =>
  wanted === undefined ? undefined : (document) => of(document) === wanted

const madeWithin = <D extends { readonly createdAt: string }>({ since, until }: Made): Matcher<D> =>
  allOf<D>(
    since !== undefined && (({ createdAt }) => createdAt >= since),
    until !== undefined && (({ createdAt }) => createdAt < until),
  )

/** For the list of an instance, which is of whatever project. */
const inProject = <D extends { readonly projectId: ProjectId }>({
  projectId,
  instanceId,
}: Scope & { readonly instanceId?: InstanceId }): Matcher<D> =>
  instanceId === undefined || projectId === null ? undefined : (document) => document.projectId === projectId

const instanceMatcher = (filter: InstanceFilter): Matcher<InstanceDocument> => {
  const { projectId, name, namePrefix, statuses, healths, datastore, hostId } = filter
  return allOf<InstanceDocument>(
    projectId === null && only(name, (instance) => instance.name),
    namePrefix !== undefined && ((instance) => instance.name.startsWith(namePrefix)),
    oneOf(statuses, (instance) => instance.status),
    oneOf(healths, (instance) => instance.health),
    only(datastore, (instance) => instance.datastore),
    only(hostId, (instance) => instance.hostId),
    madeWithin(filter),
  )
}

const operationMatcher = (filter: OperationFilter): Matcher<OperationDocument> => {
  const { instanceId, open, statuses, kinds, requestedBy } = filter
  return allOf<OperationDocument>(
    inProject(filter),
    // The list of an instance is of all its operations.
    instanceId !== undefined && open === true && ((operation) => operation.endedAt === null),
    oneOf(statuses, (operation) => operation.status),
    oneOf(kinds, (operation) => operation.kind),
    only(requestedBy, (operation) => actorName(operation.requestedBy)),
    madeWithin(filter),
  )
}

const backupMatcher = (filter: BackupFilter): Matcher<BackupDocument> =>
  allOf<BackupDocument>(
    inProject(filter),
    oneOf(filter.statuses, (backup) => backup.status),
    madeWithin(filter),
  )

const scheduleMatcher = (filter: ScheduleFilter): Matcher<ScheduleDocument> => {
  const { actions, statuses } = filter
  return allOf<ScheduleDocument>(
    inProject(filter),
    oneOf(actions, (schedule) => schedule.action),
    oneOf(statuses, (schedule) => schedule.status),
    madeWithin(filter),
  )
}

/** The shortest list that has them all. */
const eventList = ({ projectId, instanceId, operationId }: EventFilter): ListName => {
  if (operationId !== undefined) return { view: 'events', index: 'operation', value: operationId }
  if (instanceId !== undefined) return { view: 'events', index: 'instance', value: instanceId }
  if (projectId !== null) return { view: 'events', index: 'project', value: projectId }
  return { view: 'events', index: 'all', value: everyone }
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
