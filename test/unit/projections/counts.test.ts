import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { claimedShares, countEngines, countHosts, countInstances, countVolumes } from '../../../projections/counts.ts'
import type { Entry, ListOptions } from '../../../projections/ports/view-store.ts'
import { projectBatch } from '../../../projections/project-batch.ts'
import { readProjected } from '../../../projections/projection.ts'
import { type HostDocument, hostsView } from '../../../projections/views/hosts.ts'
import type { InstanceDocument } from '../../../projections/views/instance-document.ts'
import { instancesView } from '../../../projections/views/instances.ts'
import { createEventLog, type EventLog } from '../../support/event-log.ts'
import { eventTypes, exampleWorld } from '../../support/example-events.ts'
import { dumpOf } from '../../support/projection-spec.ts'

const viewsOf = async (log: EventLog) => {
  const store = createMemoryViewStore()
  // One event at a time, so that what a document was counted under before has to be given up.
  for (const { view, ...projection } of [instancesView, hostsView]) {
    for (const [at, event] of readProjected(log.events()).entries()) {
      const writes = await projectBatch({ view, ...projection }, { events: [event] }, store)
      await store.apply({ view, expected: at - 1, checkpoint: at, mark: noMark, writes })
    }
  }
  return store
}

const tally = (values: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
const present = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0))

describe('the counts of the views', () => {
  it('name what there is none of', async () => {
    const views = createMemoryViewStore()
    expect(await countInstances(views)).toMatchObject({ PROVISIONING: 0, ACTIVE: 0, DELETED: 0, FAILED: 0 })
    expect(await countEngines(views)).toEqual({ UNKNOWN: 0, HEALTHY: 0, UNHEALTHY: 0, UNREACHABLE: 0 })
    expect(await countVolumes(views)).toEqual({ ROOMY: 0, FILLING: 0, NEARLY_FULL: 0, FULL: 0 })
    expect(await countHosts(views)).toEqual({ UP: 0, LOST: 0, UNREADABLE: 0 })
    expect(await claimedShares(views)).toEqual({})
  })

  it('tell what is claimed of all hosts that are up, and nothing of what they have none of', async () => {
    const host = (vcpus: number, claimed: number): HostDocument =>
      ({
        capacity: { vcpus, memoryMiB: 1000, volumeGiB: 0 },
        claimed: { vcpus: claimed, memoryMiB: 0, volumeGiB: 0 },
      }) as HostDocument
    const hosts = Array.from({ length: 450 }, (_, index) => ({
      sortKey: String(index).padStart(4, '0'),
      key: String(index),
      document: index === 0 ? host(100, 50) : host(0, 0),
    }))
    const list = async <D>(_view: string, { first, after = '' }: ListOptions) =>
      hosts.filter(({ sortKey }) => sortKey > after).slice(0, first) as unknown as readonly Entry<D>[]
    expect(await claimedShares({ list })).toEqual({ vcpus: 0.5, memoryMiB: 0 })
  })

  const anyEvent = fc.record({
    type: fc.constantFrom(...eventTypes.filter((type) => /^(Instance|Host)/.test(type))),
    world: fc.integer({ min: 1, max: 5 }),
  })

  it('are what a walk over all documents would find, after every history', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { maxLength: 60 }), async (history) => {
        const log = createEventLog()
        for (const world of [1, 2, 3]) log.add('InstanceRequested', exampleWorld(world))
        for (const world of [1, 2]) log.add('HostRegistered', exampleWorld(world))
        for (const { type, world } of history) log.add(type, exampleWorld(world))
        const views = await viewsOf(log)
        // The views named here hold these documents alone; claims, which have no status, are left out.
        const instances = (await dumpOf(views, 'instances')).map(({ document }) => document as InstanceDocument)
        const hosts = (await dumpOf(views, 'hosts')).map(({ document }) => document as Partial<HostDocument>)

        expect(present(await countInstances(views))).toEqual(tally(instances.map(({ status }) => status)))
        const serving = instances.filter(
          ({ status, endpoint }) => endpoint !== null && (status === 'ACTIVE' || status === 'FAILED'),
        )
        expect(present(await countEngines(views))).toEqual(tally(serving.map(({ health }) => health)))
        const kept = instances.filter(({ status }) => status !== 'DELETED')
        expect(present(await countVolumes(views))).toEqual(tally(kept.map(({ volumeStage }) => volumeStage)))
        expect(present(await countHosts(views))).toEqual(tally(hosts.flatMap(({ status }) => status ?? [])))
      }),
      { numRuns: 100 },
    ))
})
