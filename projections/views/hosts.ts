import type { Engine, HostEvent, InstanceLimit, Isolation } from '../../domain/host/events.ts'
import { type Cordon, hostCategory, type UnlistedNode } from '../../domain/host/index.ts'
import { type HostId, type InstanceId, type NodeId, parseHostId } from '../../domain/ids.ts'
import { addResources, noResources, type Resources, subtractResources } from '../../domain/values/resources.ts'
import { everyone } from '../lists.ts'
import { inAll } from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { defineFold, type Other, type Projected } from '../projection.ts'
import { defineView } from '../view.ts'
import { type WithFlaws, withFlaws } from '../whole-history.ts'

/** `UNREADABLE`: its history is not whole or lacks the registration, so nothing is placed on it. */
export const hostStatuses = ['UP', 'LOST', 'UNREADABLE'] as const

/** A node that a host has and the log does not know of. */
export type UnlistedInstance = UnlistedNode & { readonly nodeId: NodeId; readonly foundAt: string }

/** Key: the id. Indexes: `all`, and `status` by status; sorted by id. */
export type HostDocument = WithFlaws & {
  readonly id: HostId
  readonly name: string
  readonly address: string
  readonly agentVersion: string
  /** As far as its history can be read: see `hostStatusOf`. */
  readonly status: Exclude<(typeof hostStatuses)[number], 'UNREADABLE'>
  readonly caCertificate: string
  /** What it signs by (Ed25519, base64url); null for an agent of before messages were signed. */
  readonly signingKey: string | null
  /** That somebody else came with; null for none since the host has its key. */
  readonly refusedKey: string | null
  readonly capacity: Resources
  readonly instanceLimit?: InstanceLimit | undefined
  /** What the `ClaimDocument`s of the host add up to. */
  readonly claimed: Resources
  readonly engines: readonly Engine[]
  readonly isolation: Isolation
  /** Null where it takes new nodes. */
  readonly cordon: Cordon | null
  /** What it has and the log does not know of. */
  readonly unlisted: readonly UnlistedInstance[]
  /** Null where its registration is missing. */
  readonly registeredAt: string | null
  readonly updatedAt: string | null
}

export const hostStatusOf = ({ status, flaws, registeredAt }: HostDocument): (typeof hostStatuses)[number] =>
  flaws.length > 0 || registeredAt === null ? 'UNREADABLE' : status

/**
 * One claim on a host, in the view `hosts`. Apart from the host's document, so that a claim costs the same however many there are.
 * Key: `<host id>/<node id>`. Index: `host` by host id, sorted by node id.
 */
export type ClaimDocument = {
  readonly hostId: HostId
  readonly nodeId: NodeId
  readonly instanceId: InstanceId
  readonly resources: Resources
}

type Document = HostDocument | ClaimDocument
type Claimant = { readonly hostId: HostId; readonly nodeId: NodeId; readonly instanceId: InstanceId }

/** The host first, so that it sees what the node claimed before the event. */
const keysOfClaimant = (claimant: Claimant): readonly string[] => [claimant.hostId, claimKey(claimant)]
const claimKey = ({ hostId, nodeId }: Pick<Claimant, 'hostId' | 'nodeId'>): string => `${hostId}/${nodeId}`

const isClaim = (document: Document): document is ClaimDocument => 'nodeId' in document

/** What the document of this key becomes when the node claims `resources`, or nothing at all. */
const claims =
  (resourcesOf: (data: Claimant & { readonly resources?: Resources }) => Resources | null) =>
  (
    document: Document | null,
    { data, metadata }: { readonly data: Claimant; readonly metadata: { readonly at: string } },
    key: string,
    other: Other<Document>,
  ): Document | null => {
    const { hostId, nodeId, instanceId } = data
    const resources = resourcesOf(data)
    if (key === claimKey(data)) return resources && { hostId, nodeId, instanceId, resources }
    if (!document || isClaim(document)) return document
    const before = other(claimKey(data))
    const others = subtractResources(document.claimed, before && isClaim(before) ? before.resources : noResources)
    return { ...document, claimed: addResources(others, resources ?? noResources), updatedAt: metadata.at }
  }

/** A handler that changes the host's own document. */
const changes =
  <Event extends { readonly metadata: { readonly at: string } }>(
    change: (event: Event, document: HostDocument) => Partial<HostDocument>,
  ) =>
  (document: Document | null, event: Event): Document | null =>
    document && !isClaim(document)
      ? { ...document, ...change(event, document), updatedAt: event.metadata.at }
      : document

type OfHost<Type extends HostEvent['type']> = Projected<Extract<HostEvent, { readonly type: Type }>>

const fold = defineFold<Document, typeof hostCategory>()({
  view: 'hosts',
  version: 7,
  keysOf: ({ type, data }) =>
    'nodeId' in data && type !== 'HostNodeFound' && type !== 'HostNodeSettled' ? keysOfClaimant(data) : [data.hostId],
  on: {
    HostRegistered: (document, { data, metadata }) => {
      const before = document && !isClaim(document) ? document : null
      const { hostId, signingKey = null, sequence: _, ...description } = data
      const isSameKey = before?.signingKey === signingKey
      return {
        ...description,
        signingKey,
        refusedKey: isSameKey ? (before?.refusedKey ?? null) : null,
        id: hostId,
        status: before?.status ?? 'UP',
        claimed: before?.claimed ?? noResources,
        cordon: before?.cordon ?? null,
        unlisted: before?.unlisted ?? [],
        flaws: before?.flaws ?? [],
        registeredAt: before?.registeredAt ?? metadata.at,
        updatedAt: metadata.at,
      }
    },
    HostKeyRefused: changes(({ data }: OfHost<'HostKeyRefused'>) => ({ refusedKey: data.signingKey })),
    HostRegistrationAnswered: 'ignored',
    HostSealingKeysOffered: 'ignored',
    HostSealingKeyTaken: 'ignored',
    HostCapacityClaimed: claims(({ resources }) => resources ?? null),
    HostClaimConfirmed: claims(({ resources }) => resources ?? null),
    HostCapacityReleased: claims(() => null),
    HostRemoved: (document) => (document && isClaim(document) ? document : null),
    HostCordoned: changes(({ data: { since, reason } }: OfHost<'HostCordoned'>) => ({ cordon: { since, reason } })),
    HostUncordoned: changes(() => ({ cordon: null })),
    HostLost: changes(() => ({ status: 'LOST' })),
    HostReturned: changes(() => ({ status: 'UP' })),
    HostNodeFound: changes(({ data, metadata }: OfHost<'HostNodeFound'>, { unlisted }) => {
      const { nodeId, instanceId, found } = data
      const others = unlisted.filter((each) => each.nodeId !== nodeId)
      return { unlisted: [...others, { nodeId, instanceId, foundAt: metadata.at, ...found }] }
    }),
    HostNodeSettled: changes(({ data }: OfHost<'HostNodeSettled'>, { unlisted }) => ({
      unlisted: unlisted.filter((each) => each.nodeId !== data.nodeId),
    })),
  },
  lists: {
    host: (document) => (isClaim(document) ? document.hostId : null),
    all: (document) => (isClaim(document) ? null : everyone),
    status: (document) => (isClaim(document) ? null : hostStatusOf(document)),
  },
  sortKey: (document) => (isClaim(document) ? document.nodeId : document.id),
})

/** Whose registration is missing: nothing is known of it but that it is there. */
const blankHost = (id: HostId, at: string | null): HostDocument => ({
  id,
  name: id,
  address: '',
  agentVersion: '',
  status: 'UP',
  caCertificate: '',
  signingKey: null,
  refusedKey: null,
  capacity: noResources,
  claimed: noResources,
  engines: [],
  isolation: { unixUser: false, cgroup: 'none', volume: 'directory', missing: [] },
  cordon: null,
  unlisted: [],
  flaws: [],
  registeredAt: null,
  updatedAt: at,
})

const flawed = withFlaws(fold, {
  category: hostCategory,
  isWhole: (document): document is HostDocument => !isClaim(document),
  blank: (id, at) => blankHost(parseHostId(id), at),
})

export const hostsView = defineView(flawed, ({ get, getMany, page }) => ({
  host: (id: HostId) => get<HostDocument>(id),
  hostsById: (ids: readonly HostId[]) => getMany<HostDocument>(ids),
  hosts: (request: PageRequest) => page<HostDocument>(inAll, request),
}))
