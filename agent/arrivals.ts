import { engineOf } from '../domain/engines/registry.ts'
import type { DatastoreType } from '../domain/values/instance-spec.ts'
import type { Log } from '../kernel/log.ts'
import type { EngineBuilds } from './builds/engine-builds.ts'
import type { Installations } from './installations.ts'

export type Arrivals = {
  /** Sees to it that builds which came or went since the last look are known, and takes no time. */
  look(): void
  /** Ends what is being fetched. */
  stop(): Promise<void>
}

export type ArrivalsDeps = {
  readonly builds: EngineBuilds
  readonly installations: Pick<Installations, 'renew' | 'newest'>
  /** Called after each change, with the engines that the host did not have before. */
  readonly onRenewed: (arrived: readonly DatastoreType[], signal: AbortSignal) => Promise<void>
  readonly log: Log
}

/**
 * Engines that come to a host while its agent runs. Those of `wanted` that the host lacks are fetched, one after the other and in the background; an administrator may
 * add builds, too. What cannot be fetched is logged, and tried again at the next start.
 */
export const openArrivals = async (
  { builds, installations, onRenewed, log }: ArrivalsDeps,
  wanted: readonly DatastoreType[],
): Promise<Arrivals> => {
  const stopping = new AbortController()
  const { signal } = stopping
  let known = await builds.mark()

  const renew = async (): Promise<void> => {
    const mark = await builds.mark()
    if (mark === known) return
    const absent = wanted.filter((datastore) => installations.newest(datastore) === undefined)
    await installations.renew(signal)
    known = mark
    await onRenewed(
      absent.filter((datastore) => installations.newest(datastore) !== undefined),
      signal,
    )
  }
  let looking: Promise<void> | null = null
  const look = (): Promise<void> => {
    looking ??= renew()
      .catch((error: unknown) => {
        if (!signal.aborted) log.warn({ err: error }, 'looking for new builds of engines failed')
      })
      .finally(() => {
        looking = null
      })
    return looking
  }

  const fetch = async (datastore: DatastoreType): Promise<void> => {
    const { title } = engineOf(datastore)
    if (signal.aborted || installations.newest(datastore) !== undefined) return
    log.info({ datastore }, `${title} is not on this host: it is fetched now, and offered as soon as it is here`)
    try {
      await builds.fetch(datastore, signal)
      await look()
      log.info({ datastore, version: installations.newest(datastore)?.version }, `${title} is here`)
    } catch (error) {
      if (signal.aborted) return
      const reason = error instanceof Error ? error.message : String(error)
      log.warn({ datastore }, `${title} cannot be offered: ${reason}. Try again: coffer engines install ${datastore}`)
    }
  }
  const fetching = (async () => {
    for (const datastore of wanted) await fetch(datastore)
  })()

  return {
    look: () => void look(),
    stop: async () => {
      stopping.abort(new Error('the agent is stopping'))
      await fetching
      await looking
    },
  }
}
