import type { Engine, FoundInstance, InstanceLimit, Isolation } from '../../domain/host/events.ts'
import { hostCategory } from '../../domain/host/index.ts'
import { type HostId, type InstanceId, parseHostId } from '../../domain/ids.ts'
import { addResources, noResources, type Resources, subtractResources } from '../../domain/values/resources.ts'
import { everyone } from '../lists.ts'
import { inAll } from '../matching.ts'
import type { PageRequest } from '../page.ts'
import { defineFold, type Other } from '../projection.ts'
import { defineView } from '../view.ts'
import { type WithFlaws, withFlaws } from '../whole-history.ts'

/** `UNREADABLE`: its history is not whole or lacks the registration, so nothing is placed on it. */
export const hostStatuses = ['UP', 'LOST', 'UNREADABLE'] as const

export type UnlistedInstance = FoundInstance & { readonly instanceId: InstanceId; readonly foundAt: string }

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
 * Key: `<host id>/<instance id>`. Index: `host` by host id, sorted by instance id.
 */
export type ClaimDocument = {
  readonly hostId: HostId
  readonly instanceId: InstanceId
  readonly resources: Resources
}

type Document = HostDocument | ClaimDocument
type Claimant = { readonly hostId: HostId; readonly instanceId: InstanceId }

/** The host first, so that it sees what the instance claimed before the event. */
const keysOfClaimant = (claimant: Claimant): readonly string[] => [claimant.hostId, claimKey(claimant)]
const claimKey = ({ hostId, instanceId }: Claimant): string => `${hostId}/${instanceId}`

const isClaim = (document: Document): document is ClaimDocument => 'instanceId' in document

/** What the document of this key becomes when the instance claims `resources`, or nothing at all. */
const claims =
  (resourcesOf: (data: Claimant & { readonly resources?: Resources }) => Resources | null) =>
  (
    document: Document | null,
    { data, metadata }: { readonly data: Claimant; readonly metadata: { readonly at: string } },
    key: string,
    other: Other<Document>,
  ): Document | null => {
    const { hostId, instanceId } = data
    const resources = resourcesOf(data)
    if (key === claimKey(data)) return resources && { hostId, instanceId, resources }
    if (!document || isClaim(document)) return document
    const before = other(claimKey(data))
    const others = subtractResources(document.claimed, before && isClaim(before) ? before.resources : noResources)
    return { ...document, claimed: addResources(others, resources ?? noResources), updatedAt: metadata.at }
  }

const seen =
  (status: HostDocument['status']) =>
  (document: Document | null, { metadata }: { readonly metadata: { readonly at: string } }): Document | null =>
    document && !isClaim(document) ? { ...document, status, updatedAt: metadata.at } : document

const fold = defineFold<Document, typeof hostCategory>()({
  view: 'hosts',
  version: 5,
  keysOf: ({ type, data }) =>
    'instanceId' in data && type !== 'HostInstanceFound' && type !== 'HostInstanceSettled'
      ? keysOfClaimant(data)
      : [data.hostId],
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
        unlisted: before?.unlisted ?? [],
        flaws: before?.flaws ?? [],
        registeredAt: before?.registeredAt ?? metadata.at,
        updatedAt: metadata.at,
      }
    },
    HostKeyRefused: (document, { data: { signingKey: refusedKey }, metadata: { at } }) =>
      document && !isClaim(document) ? { ...document, refusedKey, updatedAt: at } : document,
    HostRegistrationAnswered: 'ignored',
    HostSealingKeysOffered: 'ignored',
    HostSealingKeyTaken: 'ignored',
    HostCapacityClaimed: claims(({ resources }) => resources ?? null),
    HostClaimConfirmed: claims(({ resources }) => resources ?? null),
    HostCapacityReleased: claims(() => null),
    HostRemoved: (document) => (document && isClaim(document) ? document : null),
    HostLost: seen('LOST'),
    HostReturned: seen('UP'),
    HostInstanceFound: (document, { data: { instanceId, found }, metadata: { at } }) => {
      if (!document || isClaim(document)) return document
      const others = document.unlisted.filter((each) => each.instanceId !== instanceId)
      return { ...document, unlisted: [...others, { instanceId, foundAt: at, ...found }], updatedAt: at }
    },
    HostInstanceSettled: (document, { data: { instanceId }, metadata: { at } }) => {
      if (!document || isClaim(document)) return document
      const unlisted = document.unlisted.filter((each) => each.instanceId !== instanceId)
      return { ...document, unlisted, updatedAt: at }
    },
  },
  lists: {
    host: (document) => (isClaim(document) ? document.hostId : null),
    all: (document) => (isClaim(document) ? null : everyone),
    status: (document) => (isClaim(document) ? null : hostStatusOf(document)),
  },
  sortKey: (document) => (isClaim(document) ? document.instanceId : document.id),
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
