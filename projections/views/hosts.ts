import { hostCategory } from '../../domain/host/index.ts'
import { type HostId, type InstanceId, parseHostId } from '../../domain/ids.ts'
import { addResources, noResources, type Resources, subtractResources } from '../../domain/values/resources.ts'
import { type ClaimDocument, type HostDocument, hostStatusOf } from '../documents.ts'
import { everyone } from '../lists.ts'
import { defineView, type Other } from '../projection.ts'
import { withFlaws } from '../whole-history.ts'

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

const projection = defineView<Document, typeof hostCategory, 'hosts'>({
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

export const hostsProjection = withFlaws(projection, {
  category: hostCategory,
  isWhole: (document): document is HostDocument => !isClaim(document),
  blank: (id, at) => blankHost(parseHostId(id), at),
})
