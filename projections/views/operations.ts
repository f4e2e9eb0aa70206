import { type InstanceId, type OperationId, type ProjectId, parseInstanceId } from '../../domain/ids.ts'
import type { InstanceEvent } from '../../domain/instance/events.ts'
import { type instanceCategory, instanceStream } from '../../domain/instance/index.ts'
import type { OperationKind } from '../../domain/instance/operation-kinds.ts'
import {
  allOperations,
  type FailedType,
  failedTypes,
  type RequestedType,
  type SucceededType,
} from '../../domain/instance/operations.ts'
import { type Actor, actorName } from '../../domain/metadata.ts'
import { type operationCategory, operationStream } from '../../domain/operation/index.ts'
import type { Fault } from '../../domain/values/fault.ts'
import { everyone } from '../lists.ts'
import {
  allOf,
  inProject,
  inScope,
  type Made,
  type Matcher,
  madeWithin,
  ofInstance,
  oneOf,
  only,
  type Scope,
} from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { aggregateId, defineFold, type HandlersOf, type Projected } from '../projection.ts'
import { defineView } from '../view.ts'
import type { OperationStatus } from './operation-status.ts'
import {
  beginAgain,
  completeStep,
  endSteps,
  failStep,
  type OperationStep,
  plannedSteps,
  progressStep,
  remarkRunning,
  startStep,
} from './operation-steps.ts'

/**
 * Exists from the event that asked for it on (`PENDING`). Key: the id. Sorted by id. Indexes: `project`, `instance`, `all`; and
 * `project-open`, `all-open`: those that have not ended.
 */
export type OperationDocument = {
  readonly id: OperationId
  readonly kind: OperationKind
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly status: OperationStatus
  readonly steps: readonly OperationStep[]
  readonly fault: Fault | null
  readonly cancellationRequested: boolean
  readonly deadline: string
  readonly requestedBy: Actor
  readonly createdAt: string
  readonly endedAt: string | null
}

type Document = OperationDocument | null

const endedStatuses: readonly OperationStatus[] = ['SUCCEEDED', 'FAILED', 'CANCELLED']
const hasEnded = (document: OperationDocument): boolean => endedStatuses.includes(document.status)

/** The instance's own event asks for an operation; `OperationStarted` in the operation's stream follows. */
const requests =
  <E extends Extract<InstanceEvent, { data: { operationId: OperationId; deadline: string } }>>(kind: OperationKind) =>
  (document: Document, { stream, data, metadata }: Projected<E>): Document => {
    // Without a project nobody could be shown it: then it appears when it starts.
    if (document || !metadata.projectId) return document
    return {
      ...newOperation,
      id: data.operationId,
      kind,
      projectId: metadata.projectId,
      instanceId: metadata.instanceId ?? instanceOf(stream),
      deadline: data.deadline,
      requestedBy: metadata.actor,
      createdAt: metadata.at,
    }
  }

const newOperation = {
  status: 'PENDING',
  steps: [],
  fault: null,
  cancellationRequested: false,
  endedAt: null,
} as const

const instanceOf = (stream: Projected<InstanceEvent>['stream']): InstanceId => parseInstanceId(aggregateId({ stream }))

/** Changes an operation that exists and has not ended. */
const changes =
  <E>(change: (document: OperationDocument, event: Projected<E>) => Partial<OperationDocument>) =>
  (document: Document, event: Projected<E>): Document =>
    !document || hasEnded(document) ? document : { ...document, ...change(document, event) }

const ends = (status: 'FAILED' | 'CANCELLED') =>
  changes<{ readonly data: { readonly fault: Fault } }>(({ steps }, { data, metadata }) => ({
    status,
    fault: data.fault,
    steps: endSteps(steps, metadata.at, data.fault),
    endedAt: metadata.at,
  }))

type Handlers = HandlersOf<OperationDocument, typeof instanceCategory>

const requested = Object.fromEntries(
  allOperations.map((operation) => [operation.requested, requests(operation.kind)]),
) as unknown as Pick<Handlers, RequestedType | 'InstanceRequested'>

/** How an operation ended is taken from its own stream. */
const ended = Object.fromEntries(
  [...allOperations.map(({ succeeded }) => succeeded), ...failedTypes].map((type) => [type, 'ignored']),
) as unknown as Pick<Handlers, SucceededType | FailedType>

const fold = defineFold<OperationDocument, typeof instanceCategory | typeof operationCategory>()({
  view: 'operations',
  version: 1,
  keysOf: (event) =>
    event.type.startsWith('Instance') && 'operationId' in event.data ? [event.data.operationId] : [aggregateId(event)],
  on: {
    ...requested,
    ...ended,
    InstanceRenamed: 'ignored',
    InstanceConfigurationReported: 'ignored',
    InstanceAccountsObserved: 'ignored',
    InstanceNameLapsed: 'ignored',
    InstanceDetailsChanged: 'ignored',
    InstanceHostRemoved: 'ignored',
    InstanceHealthChanged: 'ignored',
    InstanceAdopted: 'ignored',
    InstanceMoved: 'ignored',
    InstanceReconciled: 'ignored',
    InstanceNumbersRaised: 'ignored',
    InstanceEndpointChanged: 'ignored',
    OperationStarted: (document, { data, metadata }) => {
      if (document && document.status !== 'PENDING') return document
      const { projectId, instanceId } = data.subject
      const asked = document ?? {
        ...newOperation,
        id: data.operationId,
        requestedBy: metadata.actor,
        createdAt: metadata.at,
      }
      const { kind, deadline } = data
      return { ...asked, kind, projectId, instanceId, deadline, status: 'RUNNING', steps: plannedSteps(data.steps) }
    },
    OperationStepStarted: changes(({ status, steps }, { data, metadata }) => ({
      status: data.compensating ? 'COMPENSATING' : status,
      steps: startStep(steps, data, metadata.at),
    })),
    // The step's start was recorded with it.
    GuestCommandIssued: 'ignored',
    OperationStepProgressed: changes(({ steps }, { data }) => ({ steps: progressStep(steps, data) })),
    OperationStepCompleted: changes(({ steps }, { data, metadata }) => ({
      steps: completeStep(steps, data.step, metadata.at, data.deferred ? 'carried out when its host is back' : null),
    })),
    OperationHostLost: changes(({ steps }) => ({
      steps: remarkRunning(steps, 'its host is lost: waiting for another'),
    })),
    OperationMoved: changes(({ steps }) => ({ steps: beginAgain(steps) })),
    OperationStepRetried: changes(({ steps }, { data: { step, fault } }) => ({
      steps: progressStep(steps, { step, progress: 0, message: `${fault.message}; it is tried again` }),
    })),
    OperationStepFailed: changes(({ steps }, { data, metadata }) => ({
      steps: failStep(steps, data.step, metadata.at, data.fault),
    })),
    OperationCancellationRequested: changes(() => ({ cancellationRequested: true })),
    // It ends only when the instance has been told, right after.
    OperationOutcomeReached: changes((_, { data }) => ({ fault: data.fault ?? null })),
    OperationSucceeded: changes(({ steps }, { metadata }) => ({
      status: 'SUCCEEDED',
      steps: endSteps(steps, metadata.at, null),
      endedAt: metadata.at,
    })),
    OperationFailed: ends('FAILED'),
    OperationCancelled: ends('CANCELLED'),
  },
  lists: {
    project: ({ projectId }) => projectId,
    instance: ({ instanceId }) => instanceId,
    all: () => everyone,
    'project-open': (document) => (hasEnded(document) ? null : document.projectId),
    'all-open': (document) => (hasEnded(document) ? null : everyone),
  },
  sortKey: ({ id }) => id,
})

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

/** An operation is asked for in the stream of its instance, and goes on in its own. */
const streamsOf = ({ id, instanceId }: OperationDocument) => [instanceStream(instanceId), operationStream(id)]

export const operationsView = defineView(
  fold,
  ({ get, getMany, page, watch }) => ({
    operation: (id: OperationId) => get(id),
    operationsById: (ids: readonly OperationId[]) => getMany(ids),
    operations: (filter: OperationFilter, request: PageRequest) =>
      page(ofInstance(filter) ?? inScope(filter, filter.open ? '-open' : ''), request, operationMatcher(filter)),
    watchOperation: (id: OperationId, signal: AbortSignal) => watch(id, signal),
  }),
  streamsOf,
)

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
