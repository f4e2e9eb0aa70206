import { createHash, randomBytes } from 'node:crypto'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { parseJoinTokenId } from '../../../domain/fleet/id.ts'
import {
  type ProjectId,
  parseBackupId,
  parseCommandId,
  parseConfigurationId,
  parseFlavorId,
  parseHostId,
  parseInstanceId,
  parseNodeId,
  parseOperationId,
} from '../../../domain/ids.ts'
import { instanceStream } from '../../../domain/instance/index.ts'
import { noConfiguration } from '../../../domain/instance/known.ts'
import { type Actor, actorName, highestRole, type Role } from '../../../domain/metadata.ts'
import { parseScheduleId } from '../../../domain/schedule/id.ts'
import { parseTokenId } from '../../../domain/token/id.ts'
import { noDetails } from '../../../domain/values/instance-details.ts'
import { nothingObserved } from '../../../domain/values/observed-accounts.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { createIdSource } from '../../../kernel/ids.ts'
import { systemRandom } from '../../../kernel/random.ts'
import { type AuditDocument, type AuditEntry, auditKey } from '../../../projections/audit-entry.ts'
import type { ViewStore, ViewWrite } from '../../../projections/ports/view-store.ts'
import type { Projection } from '../../../projections/projection.ts'
import { allViews, type ViewName } from '../../../projections/registry.ts'
import type { BackupDocument } from '../../../projections/views/backups.ts'
import type { ConfigurationDocument } from '../../../projections/views/configurations.ts'
import type { DatastoreDocument } from '../../../projections/views/datastores.ts'
import type { DeadLetterDocument } from '../../../projections/views/dead-letters.ts'
import type { FlavorDocument } from '../../../projections/views/flavors.ts'
import type { HostDocument } from '../../../projections/views/hosts.ts'
import type { InstanceDocument } from '../../../projections/views/instance-document.ts'
import type { JoinTokenDocument } from '../../../projections/views/join-tokens.ts'
import type { OperationDocument } from '../../../projections/views/operations.ts'
import type { QuotaDocument } from '../../../projections/views/quotas.ts'
import type { ScheduleDocument } from '../../../projections/views/schedules.ts'
import type { TokenDocument } from '../../../projections/views/tokens.ts'
import { type UnreadableDocument, unreadableKey } from '../../../projections/views/unreadable.ts'

const at = '2025-03-01T12:00:00.000Z'

/** Puts documents into the views as their projections would, with the lists they stand in. */
export const createViewWriter = (store: ViewStore) => {
  const ids = createIdSource(systemClock, systemRandom)
  const audited = new Map<number, AuditDocument>()
  let position = 0

  const write = async (view: ViewName, change: ViewWrite): Promise<void> => {
    position += 1
    const result = await store.apply({
      view,
      expected: await store.checkpoint(view),
      checkpoint: position,
      mark: noMark,
      writes: [change],
    })
    if (result !== 'applied') throw new Error(`the view ${view} was written by somebody else`)
  }

  const put = async <D extends object>(view: ViewName, key: string, document: D): Promise<D> => {
    const projection: Projection | undefined = allViews.find((candidate) => candidate.view === view)
    if (!projection) throw new Error(`no projection ${view}`)
    await write(view, { kind: 'put', key, document, entries: projection.entries(document, key) })
    return document
  }

  const user = (projectId: ProjectId): Actor => ({ kind: 'user', subject: 'somebody', projectId, roles: ['member'] })

  return {
    put,
    remove: (view: ViewName, key: string) => write(view, { kind: 'delete', key }),
    putInstance: (projectId: ProjectId, facts: Partial<InstanceDocument> = {}) => {
      const id = facts.id ?? parseInstanceId(ids.next())
      const { hostId = parseHostId(ids.next()) } = facts
      return put<InstanceDocument>('instances', id, {
        id,
        projectId,
        name: 'orders',
        status: 'ACTIVE',
        health: 'HEALTHY',
        healthReason: null,
        volumeStage: 'ROOMY',
        incident: null,
        datastore: 'postgresql',
        version: '17.10',
        flavor: parseFlavorId('small'),
        resources: { vcpus: 1, memoryMiB: 512, volumeGiB: 1 },
        hostId,
        nodes: [{ id: parseNodeId(ids.next()), hostId, role: 'primary', generation: 1 }],
        endpoint: { host: '127.0.0.1', port: 15432 },
        caCertificate: 'PEM',
        databases: ['app'],
        users: [{ name: 'app', host: null, access: [{ database: 'app', level: 'all' }] }],
        rootEnabled: false,
        ...noDetails,
        observed: nothingObserved,
        configuration: noConfiguration,
        operationId: null,
        sharedOperationIds: [],
        fault: null,
        createdAt: at,
        updatedAt: at,
        statusPosition: 0,
        healthPosition: 0,
        stateVersion: 1,
        ...facts,
      })
    },
    putOperation: (instance: InstanceDocument, facts: Partial<OperationDocument> = {}) => {
      const id = facts.id ?? parseOperationId(ids.next())
      return put<OperationDocument>('operations', id, {
        id,
        kind: 'restart',
        projectId: instance.projectId,
        instanceId: instance.id,
        status: 'RUNNING',
        steps: [],
        fault: null,
        cancellationRequested: false,
        deadline: at,
        requestedBy: user(instance.projectId),
        createdAt: at,
        endedAt: null,
        ...facts,
      })
    },
    putBackup: (instance: InstanceDocument, facts: Partial<BackupDocument> = {}) => {
      const id = facts.id ?? parseBackupId(ids.next())
      return put<BackupDocument>('backups', id, {
        id,
        projectId: instance.projectId,
        instanceId: instance.id,
        instanceName: instance.name,
        name: 'nightly',
        scheduleId: null,
        status: 'AVAILABLE',
        thenDelete: false,
        instanceKept: null,
        operationId: parseOperationId(ids.next()),
        datastore: instance.datastore,
        version: instance.version,
        volumeGiB: 2,
        databases: ['app'],
        users: ['app'],
        bytes: 40_000_000,
        storedBytes: 5_000_000,
        location: `instances/${instance.id}/backups/${id}/0a1b2c3d4e5f`,
        fault: null,
        removalPostponed: null,
        proof: null,
        verification: null,
        createdAt: at,
        createdBy: user(instance.projectId),
        completedAt: at,
        ...facts,
      })
    },
    putSchedule: (instance: InstanceDocument, facts: Partial<ScheduleDocument> = {}) => {
      const id = facts.id ?? parseScheduleId(ids.next())
      return put<ScheduleDocument>('schedules', id, {
        id,
        projectId: instance.projectId,
        instanceId: instance.id,
        action: 'restart',
        cron: '0 3 * * *',
        timeZone: 'Europe/Berlin',
        lateMinutes: 60,
        keepCount: null,
        keepDays: null,
        status: 'ENABLED',
        pausedBecause: null,
        nextDue: at,
        lastRun: null,
        lastSkipped: null,
        createdAt: at,
        createdBy: user(instance.projectId),
        updatedAt: at,
        ...facts,
      })
    },
    putJoinToken: (facts: Partial<JoinTokenDocument> = {}) => {
      const id = facts.id ?? parseJoinTokenId(ids.next())
      return put<JoinTokenDocument>('join-tokens', id, {
        id,
        hostId: null,
        expiresAt: at,
        revoked: false,
        used: null,
        createdAt: at,
        createdBy: { kind: 'system', name: 'test' },
        ...facts,
      })
    },
    putHost: (facts: Partial<HostDocument> = {}) => {
      const id = facts.id ?? parseHostId(ids.next())
      return put<HostDocument>('hosts', id, {
        id,
        name: 'host-1',
        address: '127.0.0.1',
        agentVersion: '1',
        status: 'UP',
        caCertificate: 'PEM',
        signingKey: null,
        refusedKey: null,
        capacity: { vcpus: 4, memoryMiB: 4096, volumeGiB: 100 },
        flaws: [],
        claimed: { vcpus: 1, memoryMiB: 512, volumeGiB: 1 },
        engines: [{ datastore: 'postgresql', version: '17.10', source: 'npm' }],
        cordon: null,
        isolation: { unixUser: true, cgroup: 'v1', volume: 'loop', missing: [] },
        unlisted: [],
        registeredAt: at,
        updatedAt: at,
        ...facts,
      })
    },
    putDatastore: (document: DatastoreDocument) => put('datastores', document.type, document),
    putConfiguration: (projectId: ProjectId, facts: Partial<ConfigurationDocument> = {}) => {
      const id = parseConfigurationId(ids.next())
      return put<ConfigurationDocument>('configurations', id, {
        id,
        projectId,
        name: 'lean',
        description: '',
        datastore: 'postgresql',
        version: '17.10',
        revision: 1,
        values: { work_mem: '8MB' },
        instances: {},
        rollout: null,
        createdAt: at,
        createdBy: user(projectId),
        updatedAt: at,
        ...facts,
      })
    },
    putFlavor: (document: FlavorDocument) => put('flavors', document.id, document),
    putQuota: (document: QuotaDocument) => put('quotas', document.projectId, document),
    putDeadLetter: (document: DeadLetterDocument) => put('dead-letters', document.id, document),
    putUnreadable: (document: UnreadableDocument) =>
      put('unreadable', unreadableKey(document.stream, document.revision), document),
    /** A token that opens the API, and its document. */
    putToken: async (projectId: ProjectId, role: Role, facts: Partial<TokenDocument> = {}) => {
      const id = facts.id ?? parseTokenId(ids.next())
      const secret = randomBytes(32).toString('base64url')
      const document = await put<TokenDocument>('tokens', id, {
        id,
        projectId,
        name: 'ci',
        role,
        ancestors: [],
        secretHash: createHash('sha256').update(secret).digest('base64url'),
        expiresAt: null,
        revoked: false,
        createdAt: at,
        createdBy: user(projectId),
        ...facts,
      })
      return { document, token: `coffer_${id}_${secret}` }
    },
    putEvent: async (projectId: ProjectId | null, facts: Partial<AuditDocument> = {}) => {
      const commandId = parseCommandId(ids.next())
      // The view has then read up to this event.
      const place = facts.position ?? position + 1
      position = place - 1
      const event: AuditDocument = {
        id: ids.next(),
        position: place,
        type: 'InstanceRenamed',
        stream: 'instance-1',
        revision: 0,
        at,
        actor: { kind: 'system', name: 'test' },
        projectId,
        instanceId: null,
        operationId: null,
        commandId,
        causationId: commandId,
        command: null,
        request: null,
        data: { name: 'orders' },
        unreadable: null,
        ...facts,
      }
      audited.set(place, event)
      await put<AuditEntry>('events', auditKey(place), {
        ...event,
        stream: instanceStream(parseInstanceId(ids.next())),
        atMs: event.at === null ? null : Date.parse(event.at),
        actor: event.actor && actorName(event.actor),
        role: event.actor && highestRole(event.actor),
        hostId: event.actor?.kind === 'agent' ? event.actor.hostId : null,
      })
      return event
    },
    /** In place of the log, which has nothing of what was only put into the views. */
    readAuditLog: async (entries: readonly AuditEntry[]) =>
      entries.map(({ position }) => audited.get(position) as AuditDocument),
    /** All views say that they have read up to here. */
    position: () => position,
  }
}
