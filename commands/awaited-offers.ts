import { datastoreStream } from '../domain/datastore/index.ts'
import { type HostState, hostStream, type RegisteredHost } from '../domain/host/index.ts'
import type { HostId } from '../domain/ids.ts'
import type { DatastoreType } from '../domain/values/instance-spec.ts'
import type { Timers } from '../kernel/timers.ts'
import type { Directory } from './directory.ts'

/** What a host has registered with and nobody can ask for yet: its offer follows from the registration, a moment later. */
export type AwaitedOffer = { readonly datastore: DatastoreType; readonly version: string; readonly host: string }

type Known = Pick<Directory, 'hosts' | 'datastore' | 'refusal'>

export const awaitedOffers = (directory: Known): readonly AwaitedOffer[] =>
  directory
    .hosts()
    .filter(isUp)
    .flatMap((host) => awaitedFrom(directory, host))

/**
 * Resolves once the host is known with all that it has on offer, but for what the directory refuses: a history that cannot be read is waited for
 * by nobody. Rejects when the signal aborts first.
 */
export const offersOf = async (
  { directory, timers }: { readonly directory: Known; readonly timers: Pick<Timers, 'sleep'> },
  hostId: HostId,
  signal: AbortSignal,
): Promise<void> => {
  const isKnown = (): boolean => {
    if (directory.refusal(hostStream(hostId))) return true
    const host = directory
      .hosts()
      .find((candidate) => candidate.status !== 'UNREGISTERED' && candidate.hostId === hostId)
    return host !== undefined && host.status !== 'UNREGISTERED' && awaitedFrom(directory, host).length === 0
  }
  while (!isKnown()) await timers.sleep(lookEveryMs, { signal })
}

const lookEveryMs = 20

const isUp = (host: HostState): host is RegisteredHost & { readonly status: 'UP' } => host.status === 'UP'

const awaitedFrom = (directory: Known, { description }: RegisteredHost): readonly AwaitedOffer[] =>
  description.engines.flatMap(({ datastore, version }) => {
    if (directory.refusal(datastoreStream(datastore))) return []
    const { offered, withdrawn } = directory.datastore(datastore)
    const isKnown = offered.includes(version) || withdrawn.includes(version)
    return isKnown ? [] : [{ datastore, version, host: description.name }]
  })
