import { describe, expect, it } from 'vitest'
import { type Arrivals, openArrivals } from '../../../agent/arrivals.ts'
import type { EngineBuilds } from '../../../agent/builds/engine-builds.ts'
import type { Installation } from '../../../agent/engines/engine.ts'
import { BuildRefused } from '../../../agent/engines/engine-setup.ts'
import type { DatastoreType } from '../../../domain/values/instance-spec.ts'

/** A host on which these engines are installed, and what came of its arrivals. */
const createHost = (installed: readonly DatastoreType[], fetch: EngineBuilds['fetch'] = async () => {}) => {
  const builds = new Set<DatastoreType>()
  let offered: readonly DatastoreType[] = installed
  const fetched: DatastoreType[] = []
  const arrived: (readonly DatastoreType[])[] = []
  const said: string[] = []
  const say = (_fields: object, message: string): void => void said.push(message)
  return {
    ...{ builds, fetched, arrived, said },
    offered: () => offered,
    open: (wanted: readonly DatastoreType[]): Promise<Arrivals> =>
      openArrivals(
        {
          builds: {
            mark: async () => [...builds].join(),
            fetch: async (datastore, signal) => {
              fetched.push(datastore)
              await fetch(datastore, signal)
              builds.add(datastore)
            },
          },
          installations: {
            renew: async () => {
              offered = [...installed, ...builds]
            },
            newest: (datastore) =>
              offered.includes(datastore) ? ({ datastore, version: '1.0' } as Installation) : undefined,
          },
          onRenewed: async (engines) => void arrived.push(engines),
          log: { debug: say, info: say, warn: say, error: say },
        },
        wanted,
      ),
  }
}

describe('engines that come to a host', () => {
  it('are fetched if the host has none, and offered then', async () => {
    const host = createHost(['postgresql', 'redis'])
    await host.open(['redis', 'mariadb'])
    await expect.poll(host.offered).toEqual(['postgresql', 'redis', 'mariadb'])
    expect(host.fetched).toEqual(['mariadb'])
    await expect.poll(() => host.arrived).toEqual([['mariadb']])
  })

  it('say why they cannot be had, and how to try again; the next is fetched all the same', async () => {
    const host = createHost([], async (datastore) => {
      if (datastore === 'mariadb') throw new BuildRefused('no package sources answer')
    })
    await host.open(['mariadb', 'redis'])
    await expect.poll(host.offered).toEqual(['redis'])
    expect(host.said).toContain(
      'MariaDB cannot be offered: no package sources answer. Try again: coffer engines install mariadb',
    )
  })

  it('are noticed when an administrator has brought them', async () => {
    const host = createHost(['postgresql'])
    const arrivals = await host.open([])
    arrivals.look()
    host.builds.add('redis')
    await expect
      .poll(() => {
        arrivals.look()
        return host.offered()
      })
      .toEqual(['postgresql', 'redis'])
    expect(host.arrived).toHaveLength(1)
  })

  it('are not waited for when the agent stops', async () => {
    const host = createHost([], (_datastore, signal) => {
      const { promise, reject } = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => reject(signal.reason))
      return promise
    })
    const arrivals = await host.open(['redis', 'mariadb'])
    await arrivals.stop()
    expect(host.offered()).toEqual([])
    expect(host.said.filter((text) => text.includes('cannot be offered'))).toEqual([])
  })
})
