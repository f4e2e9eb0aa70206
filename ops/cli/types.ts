import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import type { OperationStatus } from '../../projections/documents.ts'

/** What the documents of `documents.ts` ask for, as it comes back. Times are ISO 8601. */

export type Fault = {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  readonly cause: string | null
}

export type Step = {
  readonly name: string
  readonly status: 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'SKIPPED'
  readonly compensating: boolean
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly progress: number
  readonly message: string | null
  readonly fault: Fault | null
}

export type Operation = {
  readonly id: string
  readonly kind: string
  readonly status: OperationStatus
  readonly steps: readonly Step[]
  readonly fault: Fault | null
  readonly cancellationRequested: boolean
  readonly deadline: string
  readonly instanceId: string
  readonly createdAt: string
  readonly endedAt: string | null
}

export type Endpoint = { readonly host: string; readonly port: number }

type OngoingOperation = { readonly id: string; readonly kind: string; readonly status: string }

export type Instance = {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly health: string
  readonly healthReason: string | null
  readonly volumeStage: string
  readonly incident: string | null
  readonly projectId: string
  readonly datastore: DatastoreType
  readonly version: string
  readonly flavor: string
  readonly vcpus: number
  readonly memoryMiB: number
  readonly volumeGiB: number
  readonly endpoint: Endpoint | null
  readonly caCertificate: string | null
  readonly databases: readonly string[]
  readonly users: readonly { readonly name: string; readonly databases: readonly string[] }[]
  readonly operation: OngoingOperation | null
  readonly sharedOperations: readonly OngoingOperation[]
  readonly fault: Fault | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly stateVersion: number
}

export type Credential = { readonly user: string; readonly password: string; readonly databases: readonly string[] }

export type Refusal = {
  readonly __typename: 'Refusal'
  readonly code: string
  readonly message: string
  readonly field: string | null
  readonly details: unknown
  readonly faults: readonly { readonly code: string; readonly message: string; readonly field: string | null }[]
}

export type Actor = {
  readonly kind: 'USER' | 'AGENT' | 'SYSTEM'
  readonly name: string
  readonly projectId: string | null
}

export type AuditEvent = {
  readonly id: string
  readonly eventId: string
  readonly type: string
  readonly at: string | null
  readonly stream: string
  readonly revision: number
  readonly projectId: string | null
  readonly instanceId: string | null
  readonly operationId: string | null
  readonly commandId: string | null
  readonly causationId: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly actor: Actor | null
  /** Why it cannot be shown. */
  readonly unreadable: { readonly reason: string; readonly detail: string } | null
}

export type UnreadableEvent = {
  readonly id: string
  readonly stream: string
  readonly revision: number
  readonly type: string
  readonly reason: string
  readonly detail: string
  readonly excluded: { readonly at: string; readonly by: Actor; readonly note: string } | null
}

export type Resources = { readonly vcpus: number; readonly memoryMiB: number; readonly volumeGiB: number }

export type HostWithUnlisted = {
  readonly id: string
  readonly name: string
  readonly unlisted: readonly {
    readonly id: string
    readonly projectId: string | null
    readonly name: string | null
    readonly version: string | null
    readonly running: boolean
    readonly port: number | null
    readonly foundAt: string
  }[]
}

export type Host = {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly status: 'UP' | 'LOST' | 'UNREADABLE'
  readonly agentVersion: string
  readonly signingKey: string | null
  readonly refusedKey: string | null
  readonly capacity: Resources | null
  readonly claimed: Resources | null
  readonly instanceLimit: { readonly atMost: number; readonly limitedBy: string } | null
  readonly engines: readonly { readonly datastore: string; readonly version: string; readonly source: string }[]
  readonly isolation: {
    readonly unixUser: boolean
    readonly cgroup: string
    readonly volume: string
    readonly missing: readonly string[]
  } | null
  readonly registeredAt: string | null
  readonly updatedAt: string | null
}

export type QuotaLimits = Resources & { readonly instances: number }
export type Quota = {
  readonly projectId: string
  readonly isDefault: boolean
  readonly limits: QuotaLimits
  readonly used: QuotaLimits
}

export type Token = {
  readonly id: string
  readonly projectId: string
  readonly name: string
  readonly role: string
  readonly expiresAt: string | null
  readonly revoked: boolean
  readonly createdAt: string
  readonly createdBy: Actor
}

export type Backup = {
  readonly id: string
  readonly projectId: string
  readonly name: string
  readonly instanceId: string
  readonly instanceName: string
  readonly status: string
  readonly operation: { readonly id: string; readonly status: OperationStatus } | null
  readonly datastore: string
  readonly version: string
  readonly volumeGiB: number
  readonly databases: readonly string[]
  readonly users: readonly string[]
  readonly bytes: number | null
  readonly storedBytes: number | null
  readonly location: string | null
  readonly fault: Fault | null
  readonly removalPostponed: string | null
  readonly createdAt: string
  readonly createdBy: Actor
  readonly completedAt: string | null
}

export type Schedule = {
  readonly id: string
  readonly projectId: string
  readonly instanceId: string
  readonly instance: { readonly name: string } | null
  readonly action: string
  readonly cron: string
  readonly timeZone: string
  readonly lateMinutes: number
  readonly status: 'ENABLED' | 'PAUSED'
  readonly pausedBecause: string | null
  readonly nextDue: string | null
  readonly lastRun: {
    readonly due: string
    readonly status: 'ASKED' | 'ACCEPTED' | 'REFUSED'
    readonly operation: { readonly id: string; readonly status: OperationStatus } | null
    readonly refusal: { readonly code: string; readonly message: string } | null
  } | null
  readonly lastSkipped: { readonly from: string; readonly until: string } | null
  readonly createdAt: string
  readonly createdBy: Actor
  readonly updatedAt: string
}

export type DeadLetter = {
  readonly id: string
  readonly topic: string
  readonly key: string
  readonly bytes: number
  readonly partition: number | null
  readonly offset: string | null
  readonly group: string | null
  readonly error: string | null
  readonly attempts: number | null
  readonly parkedAt: string
  readonly status: 'OPEN' | 'REPLAYED' | 'DROPPED'
  readonly resolvedAt: string | null
  readonly resolvedBy: Actor | null
}

export type DeadLetterContent = {
  readonly deadLetter: DeadLetter
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

export type Connection<Node> = {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}
