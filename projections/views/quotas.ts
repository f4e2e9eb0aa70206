import { type BackupId, type InstanceId, type ProjectId, parseProjectId } from '../../domain/ids.ts'
import type { QuotaLimits } from '../../domain/project/events.ts'
import { projectCategory } from '../../domain/project/index.ts'
import { addResources, noResources, type Resources, subtractResources } from '../../domain/values/resources.ts'
import { everyone } from '../lists.ts'
import { inAll } from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { defineFold, type Other } from '../projection.ts'
import { defineView } from '../view.ts'
import { type WithFlaws, withFlaws } from '../whole-history.ts'

/** Key: the project's id. Index: `all`. `limits` null: the configured defaults hold. */
export type QuotaDocument = WithFlaws & {
  readonly projectId: ProjectId
  readonly limits: QuotaLimits | null
  /** What the `HoldingDocument`s of the project add up to. */
  readonly used: Omit<QuotaLimits, 'backupGiB'>
  /** The same of its `BackupHoldingDocument`s. */
  readonly backupBytes: number
}

/** What one backup takes of it. Key: `<project id>/<backup id>`. In no list. */
export type BackupHoldingDocument = { readonly backupId: BackupId; readonly bytes: number }

/**
 * What one instance takes of its project's quota, reserved or committed; in the view `quotas`. Key: `<project id>/<instance id>`.
 * Index: `project` by project id, sorted by instance id.
 */
export type HoldingDocument = {
  readonly projectId: ProjectId
  readonly instanceId: InstanceId
  readonly resources: Resources
}

type Document = QuotaDocument | HoldingDocument | BackupHoldingDocument
type Holder = { readonly projectId: ProjectId; readonly instanceId: InstanceId }

/** The project's quota first, so that it sees what the instance held before the event. */
const keysOfHolder = (holder: Holder): readonly string[] => [holder.projectId, holdingKey(holder)]
const holdingKey = ({ projectId, instanceId }: Holder): string => `${projectId}/${instanceId}`

const backupKey = ({ projectId, backupId }: BackupHolder): string => `${projectId}/${backupId}`
type BackupHolder = { readonly projectId: ProjectId; readonly backupId: BackupId }

const isBackupHolding = (document: Document): document is BackupHoldingDocument => 'backupId' in document
const isQuota = (document: Document): document is QuotaDocument => 'used' in document

const isHolding = (document: Document): document is HoldingDocument => 'instanceId' in document

/** What the document of this key becomes when the instance holds `resources`, or nothing at all. */
const holds =
  (resourcesOf: (data: Holder & { readonly resources?: Resources }) => Resources | null) =>
  (document: Document | null, { data }: { readonly data: Holder }, key: string, other: Other<Document>) => {
    const { projectId, instanceId } = data
    const resources = resourcesOf(data)
    if (key === holdingKey(data)) return resources && { projectId, instanceId, resources }
    const held = other(holdingKey(data))
    return withUse(quotaOf(document, projectId), held && isHolding(held) ? held.resources : null, resources)
  }

const quotaOf = (document: Document | null, projectId: ProjectId): QuotaDocument =>
  document && isQuota(document) ? document : blankQuota(projectId)

const blankQuota = (projectId: ProjectId): QuotaDocument => ({
  projectId,
  limits: null,
  used: { ...noResources, instances: 0 },
  backupBytes: 0,
  flaws: [],
})

const withUse = (quota: QuotaDocument, before: Resources | null, after: Resources | null): QuotaDocument => ({
  ...quota,
  used: {
    ...addResources(subtractResources(quota.used, before ?? noResources), after ?? noResources),
    instances: quota.used.instances - (before ? 1 : 0) + (after ? 1 : 0),
  },
})

type BackupChange = BackupHolder & { readonly bytes?: number; readonly ended?: readonly BackupId[] }

/** What the document of this key becomes when the backup takes so many bytes, or none, and those whose room has lapsed take none. */
const takesRoom = (
  document: Document | null,
  { data }: { readonly data: BackupChange },
  key: string,
  other: Other<Document>,
) => {
  const { projectId, backupId, bytes = null } = data
  if (key === backupKey(data)) return bytes === null ? null : { backupId, bytes }
  if (key !== projectId) return null
  const quota = quotaOf(document, projectId)
  const before = keysOfBackups(data)
    .map(other)
    .reduce((sum, held) => sum + (held && isBackupHolding(held) ? held.bytes : 0), 0)
  return { ...quota, backupBytes: quota.backupBytes - before + (bytes ?? 0) }
}

const keysOfBackups = ({ projectId, backupId, ended = [] }: BackupChange): readonly string[] =>
  [backupId, ...ended].map((id) => backupKey({ projectId, backupId: id }))

const fold = defineFold<Document, typeof projectCategory>()({
  view: 'quotas',
  version: 3,
  keysOf: ({ data }) => {
    if ('instanceId' in data) return keysOfHolder(data)
    return 'backupId' in data ? [data.projectId, ...keysOfBackups(data)] : [data.projectId]
  },
  on: {
    ProjectNameHeld: 'ignored',
    ProjectNameConfirmed: 'ignored',
    ProjectNameReleased: 'ignored',
    ProjectTokenHeld: 'ignored',
    ProjectTokenConfirmed: 'ignored',
    ProjectTokenReleased: 'ignored',
    ProjectBackupHeld: takesRoom,
    ProjectBackupConfirmed: takesRoom,
    ProjectBackupReleased: takesRoom,
    ProjectQuotaSet: (document, { data }) => ({ ...quotaOf(document, data.projectId), limits: data.limits }),
    QuotaReserved: holds(({ resources }) => resources ?? null),
    QuotaCommitted: holds(({ resources }) => resources ?? null),
    QuotaReleased: holds(() => null),
  },
  lists: {
    project: (document) => (isHolding(document) ? document.projectId : null),
    all: (document) => (isQuota(document) ? everyone : null),
  },
  sortKey: (document) => {
    if (isHolding(document)) return document.instanceId
    return isBackupHolding(document) ? document.backupId : document.projectId
  },
})

const flawed = withFlaws(fold, {
  category: projectCategory,
  isWhole: (document): document is QuotaDocument => isQuota(document),
  blank: (id) => blankQuota(parseProjectId(id)),
})

export const quotasView = defineView(flawed, ({ get, page }) => ({
  /** Null: the project has neither limits of its own nor ever had an instance. */
  quota: (projectId: ProjectId) => get<QuotaDocument>(projectId),
  quotas: (request: PageRequest) => page<QuotaDocument>(inAll, request),
}))
