import type { host } from '../host/index.ts'
import type { DatastoreType } from '../values/instance-spec.ts'
import type { ReactionsOf } from './reaction.ts'

export const hostReactions: ReactionsOf<typeof host> = {
  /** The versions found on it are offered. */
  HostRegistered: (event) => {
    const versions = new Map<DatastoreType, string[]>()
    for (const engine of event.data.engines) {
      versions.set(engine.datastore, [...(versions.get(engine.datastore) ?? []), engine.version])
    }
    return [...versions].map(([datastore, found]) => ({
      target: 'datastore',
      id: datastore,
      command: { type: 'OfferDatastoreVersions', datastore, versions: [...new Set(found)] },
    }))
  },
  /** Others may have its name. */
  HostRemoved: ({ data: { hostId } }) => [
    { target: 'fleet', id: 'hosts', command: { type: 'ReleaseHostName', hostId } },
  ],
  HostRegistrationAnswered: 'none',
  HostKeyRefused: 'none',
  HostSealingKeysOffered: 'none',
  HostSealingKeyTaken: 'none',
  HostCapacityClaimed: 'none',
  HostClaimConfirmed: 'none',
  HostCapacityReleased: 'none',
  HostCordoned: 'none',
  HostUncordoned: 'none',
  HostLost: 'none',
  HostNodeFound: 'none',
  HostNodeSettled: 'none',
  HostReturned: 'none',
}
