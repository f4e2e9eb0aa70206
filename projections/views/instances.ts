import type { HostId, InstanceId, NodeId, OperationId } from '../../domain/ids.ts'
import type { InstanceEvent } from '../../domain/instance/events.ts'
import type { instanceCategory } from '../../domain/instance/index.ts'
import { noConfiguration, type RestingStatus } from '../../domain/instance/known.ts'
import {
  type AnyExclusive,
  type AnyShared,
  type InstanceChange,
  sharedFailure,
} from '../../domain/instance/operations/define-operation.ts'
import {
  exclusiveOperations,
  type FailedType,
  type RequestedType,
  type SucceededType,
  sharedOperations,
} from '../../domain/instance/operations.ts'
import type { Fault } from '../../domain/values/fault.ts'
import type { Health } from '../../domain/values/health.ts'
import { type InstanceDetails, noDetails } from '../../domain/values/instance-details.ts'
import type { DatastoreType, InstanceSpec } from '../../domain/values/instance-spec.ts'
import { firstAccounts } from '../../domain/values/known-accounts.ts'
import { nothingObserved, observedAfter } from '../../domain/values/observed-accounts.ts'
import { resourcesOf } from '../../domain/values/resources.ts'
import { everyone } from '../lists.ts'
import { allOf, inScope, type Made, type Matcher, madeWithin, oneOf, only, type Scope } from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { aggregateId, defineFold, type HandlersOf, type Projected } from '../projection.ts'
import { defineView } from '../view.ts'
import type { InstanceDocument, InstanceStatus } from './instance-document.ts'

type Change = Partial<InstanceDocument>

/** A handler that changes a document once: an event at or before the revision it shows has been taken in. */
const changes =
  <E extends InstanceEvent>(change: (event: Projected<E>, document: InstanceDocument) => Change) =>
  (document: InstanceDocument | null, event: Projected<E>): InstanceDocument | null => {
    if (!document || event.revision <= document.stateVersion) return document
    const { position, revision, metadata } = event
    const changed = { ...document, ...change(event, document), updatedAt: metadata.at, stateVersion: revision }
    const hasStatus = changed.status !== document.status
    const hasHealth = changed.health !== document.health || changed.healthReason !== document.healthReason
    return {
      ...changed,
      ...(hasStatus && { statusPosition: position }),
      ...(hasHealth && { healthPosition: position }),
    }
  }

const ended = (status: InstanceStatus): Change => ({ status, operationId: null })

/** The statuses of an instance whose engine should serve, or did and does not any more. */
export const engineStatuses = ['ACTIVE', 'FAILED'] as const

export const engineState = (status: (typeof engineStatuses)[number], health: Health): string => `${status}/${health}`

type Seen = Extract<InstanceEvent, { type: 'InstanceHealthChanged' | 'InstanceReconciled' }>['data']

const seen = ({ health, reason, volumeStage, incident }: Seen): Change => ({
  health,
  healthReason: reason,
  ...(volumeStage && { volumeStage }),
  ...(incident !== undefined && { incident }),
})

/** What an instance that is not deleted is counted under: its status, and if it has an engine that should serve, also the engine's health. */
const stateOf = ({ status, health, endpoint }: InstanceDocument): string =>
  (status === 'ACTIVE' || status === 'FAILED') && endpoint !== null ? engineState(status, health) : status

const live =
  (place: (document: InstanceDocument) => string) =>
  (document: InstanceDocument): string | null =>
    document.status === 'DELETED' ? null : place(document)

/** What the lists by name are looked up by. */
export const instanceNameIn = ({ projectId, name }: Pick<InstanceDocument, 'projectId' | 'name'>): string =>
  `${projectId}/${name}`

type Beginning = Pick<InstanceDocument, 'projectId' | 'name' | 'hostId'> & {
  readonly instanceId: InstanceId
  readonly spec: InstanceSpec
  readonly nodeId: NodeId
  readonly nodeGeneration?: number
  readonly details?: InstanceDetails | undefined
}

const begun = (
  { instanceId, projectId, name, nodeId, nodeGeneration = 1, hostId, spec, details = noDetails }: Beginning,
  { metadata: { at }, revision, position }: Projected<InstanceEvent>,
): Omit<InstanceDocument, 'status'> => ({
  id: instanceId,
  projectId,
  name,
  health: 'UNKNOWN',
  healthReason: null,
  volumeStage: 'ROOMY',
  incident: null,
  datastore: spec.datastore,
  version: spec.version,
  flavor: spec.flavor,
  resources: resourcesOf(spec),
  hostId,
  nodes: [{ id: nodeId, hostId, role: 'primary', generation: nodeGeneration }],
  endpoint: null,
  caCertificate: null,
  databases: [],
  users: [],
  rootEnabled: false,
  ...details,
  observed: nothingObserved,
  configuration: noConfiguration,
  operationId: null,
  sharedOperationIds: [],
  fault: null,
  createdAt: at,
  updatedAt: at,
  statusPosition: position,
  healthPosition: position,
  stateVersion: revision,
})

type Of = { readonly operationId: OperationId; readonly status?: RestingStatus; readonly fault?: Fault }

/** What an operation makes of an instance is told by its definition. */
const ofExclusive = ({
  creates,
  requested,
  meanwhile,
  succeeded,
  becomes,
  changes,
  failed,
  changesFailing,
}: AnyExclusive) => [
  ...(creates
    ? []
    : [[requested, changed(({ operationId }) => ({ status: meanwhile as InstanceStatus, operationId, fault: null }))]]),
  [
    succeeded,
    changed((data, document) => ({
      ...ended(becomes === 'as before' ? (data.status ?? 'FAILED') : becomes),
      ...documentChange(document, changes?.(data, document)),
      ...(becomes === 'DELETED' && { endpoint: null }),
    })),
  ],
  [
    failed,
    changed((data, document) => ({
      ...ended(data.status ?? 'FAILED'),
      ...documentChange(document, changesFailing?.(data) ?? {}),
      fault: data.fault ?? null,
    })),
  ],
]

/** It goes on beside all else, so the status is none of its business. */
const ofShared = ({ requested, succeeded, changes }: AnyShared) => [
  [
    requested,
    changed(({ operationId }, { sharedOperationIds }) => ({
      sharedOperationIds: [...sharedOperationIds, operationId],
    })),
  ],
  [
    succeeded,
    changed((data, document) => ({
      ...sharedEnded(data, document),
      ...documentChange(document, changes?.(data, document)),
    })),
  ],
]

const sharedEnded = ({ operationId }: Of, { sharedOperationIds }: InstanceDocument): Change => ({
  sharedOperationIds: sharedOperationIds.filter((id) => id !== operationId),
})

const documentChange = (
  { flavor, resources, observed, ...document }: InstanceDocument,
  { spec, accounts, gone, ...change }: InstanceChange = {},
): Change => ({
  ...change,
  ...accounts,
  ...((accounts || gone) && { observed: observedAfter(observed, accounts ?? document, gone) }),
  ...(spec && { flavor: spec.flavor ?? flavor, resources: resourcesOf({ ...resources, ...spec }) }),
})

const changed =
  (change: (data: Of, document: InstanceDocument) => Change) =>
  (document: InstanceDocument | null, event: Projected<InstanceEvent & { readonly data: Of }>) =>
    changes((_) => (document ? change(event.data, document) : {}))(document, event)

type Handlers = HandlersOf<InstanceDocument, typeof instanceCategory>
const ofOperations = Object.fromEntries([
  ...exclusiveOperations.flatMap(ofExclusive),
  ...sharedOperations.flatMap(ofShared),
  [sharedFailure, changed(sharedEnded)],
]) as unknown as Pick<Handlers, RequestedType | SucceededType | FailedType>

const fold = defineFold<InstanceDocument, typeof instanceCategory>()({
  view: 'instances',
  version: 10,
  keysOf: (event) => [aggregateId(event)],
  on: {
    InstanceRequested: (document, event) =>
      document ?? {
        ...begun(event.data, event),
        status: 'PROVISIONING',
        ...firstAccounts(event.data),
        operationId: event.data.operationId,
      },
    InstanceAdopted: (document, event) => {
      if (document && event.revision <= document.stateVersion) return document
      const { status, endpoint, caCertificate } = event.data
      const published = endpoint && { endpoint, caCertificate }
      return {
        ...begun(event.data, event),
        status,
        healthReason: 'it was adopted from its host, which has not told yet how it is',
        ...published,
      }
    },
    ...ofOperations,
    InstanceMoved: changes(({ data: { nodeId, hostId } }, { nodes }) => ({
      hostId,
      nodes: nodes.map((node) =>
        node.role === 'primary' ? { ...node, id: nodeId, hostId, generation: node.generation + 1 } : node,
      ),
    })),
    InstanceRenamed: changes(({ data }) => ({ name: data.name })),
    InstanceNameLapsed: changes(() => ({})),
    InstanceDetailsChanged: changes(({ data }) => data),
    InstanceHealthChanged: changes(({ data }) => seen(data)),
    InstanceReconciled: changes(({ data }) => ({ ...ended(data.status), ...seen(data), fault: null })),
    InstanceHostRemoved: changes(({ data: { fault } }) => ({
      ...ended('FAILED'),
      health: 'UNREACHABLE',
      healthReason: fault.message,
      fault,
    })),
    InstanceAccountsObserved: changes(({ data }) => ({ observed: data })),
    InstanceConfigurationReported: changes(({ data }, { configuration }) => ({
      configuration: { ...configuration, ...data },
    })),
    InstanceNumbersRaised: changes(() => ({})),
    InstanceEndpointChanged: changes(({ data }) => ({ endpoint: data.endpoint, caCertificate: data.caCertificate })),
  },
  lists: {
    project: ({ projectId }) => projectId,
    all: () => everyone,
    name: instanceNameIn,
    'project-live': live(({ projectId }) => projectId),
    'all-live': live(() => everyone),
    'name-live': live(instanceNameIn),
    state: live(stateOf),
    'volume-stage': live(({ volumeStage }) => volumeStage),
  },
  sortKey: ({ id }) => id,
})

/** `value`: null for any. */
export type TagFilter = { readonly key: string; readonly value: string | null }

export type InstanceFilter = Scope &
  Made & {
    readonly name?: string
    readonly namePrefix?: string
    readonly statuses?: readonly InstanceStatus[]
    readonly healths?: readonly Health[]
    readonly datastore?: DatastoreType
    readonly hostId?: HostId
    readonly tags?: readonly TagFilter[]
    /** Default false. */
    readonly includeDeleted?: boolean
  }

export const instancesView = defineView(fold, ({ get, getMany, page, count, watch }) => ({
  instance: (id: InstanceId) => get(id),
  instancesById: (ids: readonly InstanceId[]) => getMany(ids),
  instances: (filter: InstanceFilter, request: PageRequest) => {
    const suffix = filter.includeDeleted ? '' : '-live'
    const { projectId, name } = filter
    const list =
      projectId !== null && name !== undefined
        ? ({ index: `name${suffix}`, value: instanceNameIn({ projectId, name }) } as const)
        : inScope(filter, suffix)
    return page(list, request, instanceMatcher(filter))
  },
  /** Without those that are deleted. */
  instanceCount: (scope: Scope) => count(inScope(scope, '-live')),
  /** The instance now, then after every change. Of changes in quick succession only the last may be seen. */
  watchInstance: (id: InstanceId, signal: AbortSignal) => watch(id, signal),
}))

const instanceMatcher = (filter: InstanceFilter): Matcher<InstanceDocument> => {
  const { projectId, name, namePrefix, statuses, healths, datastore, hostId, tags = [] } = filter
  return allOf<InstanceDocument>(
    projectId === null && only(name, (instance) => instance.name),
    namePrefix !== undefined && ((instance) => instance.name.startsWith(namePrefix)),
    oneOf(statuses, (instance) => instance.status),
    oneOf(healths, (instance) => instance.health),
    only(datastore, (instance) => instance.datastore),
    only(hostId, (instance) => instance.hostId),
    ...tags.map((wanted) => (instance: InstanceDocument) => isTagged(instance, wanted)),
    madeWithin(filter),
  )
}

const isTagged = ({ tags }: InstanceDocument, { key, value }: TagFilter): boolean =>
  tags.some((tag) => tag.key === key && (value === null || tag.value === value))
