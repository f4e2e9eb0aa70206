import type { InstanceId } from '../../domain/ids.ts'
import type { InstanceEvent } from '../../domain/instance/events.ts'
import type { instanceCategory } from '../../domain/instance/index.ts'
import type { Health, InstanceSpec } from '../../domain/values/instance-spec.ts'
import { resourcesOf } from '../../domain/values/resources.ts'
import type { InstanceDocument, InstanceStatus } from '../documents.ts'
import { aggregateId, defineProjection, listedIn, type Projected } from '../projection.ts'

type Change = Partial<InstanceDocument>

/** A handler that changes a document once: an event at or before the revision it shows has been taken in. */
const changes =
  <E extends InstanceEvent>(change: (event: Projected<E>) => Change) =>
  (document: InstanceDocument | null, event: Projected<E>): InstanceDocument | null => {
    if (!document || event.revision <= document.stateVersion) return document
    return { ...document, ...change(event), updatedAt: event.metadata.at, stateVersion: event.revision }
  }

type BeginsOperation = Extract<InstanceEvent, { data: { deadline: string } }>

const begins = (status: InstanceStatus) =>
  changes<BeginsOperation>(({ data }) => ({ status, operationId: data.operationId, fault: null }))

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

type Beginning = Pick<InstanceDocument, 'projectId' | 'name' | 'hostId'> & {
  readonly instanceId: InstanceId
  readonly spec: InstanceSpec
}

const begun = (
  { instanceId, projectId, name, hostId, spec }: Beginning,
  at: string,
  revision: number,
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
  endpoint: null,
  caCertificate: null,
  databases: [],
  users: [],
  operationId: null,
  fault: null,
  createdAt: at,
  updatedAt: at,
  stateVersion: revision,
})

export const instancesProjection = defineProjection<InstanceDocument, typeof instanceCategory>({
  view: 'instances',
  version: 3,
  keysOf: (event) => [aggregateId(event)],
  on: {
    InstanceRequested: (document, { data, metadata, revision }) =>
      document ?? {
        ...begun(data, metadata.at, revision),
        status: 'PROVISIONING',
        databases: data.databases.map((database) => database.name),
        users: data.users.map((user) => ({ name: user.name, databases: user.databases })),
        operationId: data.operationId,
      },
    InstanceAdopted: (document, { data, metadata, revision }) => {
      if (document && revision <= document.stateVersion) return document
      const { status, endpoint, caCertificate } = data
      const published = endpoint && { endpoint, caCertificate }
      return {
        ...begun(data, metadata.at, revision),
        status,
        healthReason: 'it was adopted from its host, which has not told yet how it is',
        ...published,
      }
    },
    InstanceMoved: changes(({ data: { hostId } }) => ({ hostId })),
    InstanceProvisioned: changes(({ data }) => ({
      ...ended('ACTIVE'),
      endpoint: data.endpoint,
      caCertificate: data.caCertificate,
    })),
    InstanceProvisioningFailed: changes(({ data }) => ({ ...ended('FAILED'), fault: data.fault })),
    InstanceRenamed: changes(({ data }) => ({ name: data.name })),
    InstanceNameLapsed: changes(() => ({})),
    InstanceRestartRequested: begins('RESTARTING'),
    InstanceRestarted: changes(() => ended('ACTIVE')),
    InstanceStopRequested: begins('STOPPING'),
    InstanceStopped: changes(() => ended('STOPPED')),
    InstanceStartRequested: begins('STARTING'),
    InstanceStarted: changes(() => ended('ACTIVE')),
    InstanceVolumeGrowthRequested: begins('RESIZING'),
    InstanceVolumeGrown: (document, event) =>
      changes<typeof event>(({ data: { status, volumeGiB } }) => ({
        ...ended(status),
        ...(document && { resources: { ...document.resources, volumeGiB } }),
      }))(document, event),
    InstanceVolumeGrowthFailed: changes(({ data: { status, fault } }) => ({ ...ended(status), fault })),
    InstanceDeletionRequested: begins('DELETING'),
    InstanceDeleted: changes(() => ({ ...ended('DELETED'), endpoint: null })),
    InstanceOperationFailed: changes(({ data }) => ({ ...ended(data.status), fault: data.fault })),
    InstanceHealthChanged: changes(({ data }) => seen(data)),
    InstanceReconciled: changes(({ data }) => ({ ...ended(data.status), ...seen(data), fault: null })),
    InstanceNumbersRaised: changes(() => ({})),
    InstanceEndpointChanged: changes(({ data }) => ({ endpoint: data.endpoint, caCertificate: data.caCertificate })),
  },
  entries: (document) => {
    const { id, projectId, name, status, volumeStage } = document
    const named = `${projectId}/${name}`
    const listed = [listedIn('project', projectId, id), listedIn('all', 'all', id), listedIn('name', named, id)]
    if (status === 'DELETED') return listed
    return [
      ...listed,
      listedIn('project-live', projectId, id),
      listedIn('all-live', 'all', id),
      listedIn('name-live', named, id),
      listedIn('state', stateOf(document), id),
      listedIn('volume-stage', volumeStage, id),
    ]
  },
})
