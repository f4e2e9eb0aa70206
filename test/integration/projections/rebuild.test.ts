import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Document, ViewBatch } from '../../../projections/ports/view-store.ts'
import type { Projection } from '../../../projections/projection.ts'
import { rebuildViews } from '../../../projections/rebuild.ts'
import type { ViewName } from '../../../projections/registry.ts'
import { allViews } from '../../../projections/registry.ts'
import { ViewMovedBack } from '../../../projections/replay-lanes.ts'
import { verifyViews } from '../../../projections/verify.ts'
import { eventTypes, exampleWorld } from '../../support/example-events.ts'
import { dumpOf } from '../../support/projection-spec.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { createScene, within } from './scene.ts'

const dir = createTempDir('rebuild-views')
const timeoutMs = 30_000
const world = exampleWorld()

type Scene = ReturnType<typeof createScene>
const depsOf = ({ eventStore, viewStore }: Scene, projections: readonly Projection[] = allViews) => ({
  eventStore,
  viewStore,
  projections,
  ...quietKernel,
})
const only = (view: ViewName) => allViews.filter((projection) => projection.view === view)

const anyHistory = fc.array(
  fc.record({ type: fc.constantFrom(...eventTypes), world: fc.integer({ min: 1, max: 4 }) }),
  { minLength: 1, maxLength: 60 },
)

describe('verifying views', { timeout: timeoutMs * 4 }, () => {
  it('finds what an engine made equal to a replay of the log, for every history', () =>
    fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        const scene = createScene(dir)
        const engine = scene.startEngine()
        for (const { type, world: number } of history) scene.log.add(type, exampleWorld(number))
        await scene.append()
        expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
        await engine.stop()
        for (const verification of await verifyViews(depsOf(scene), within(timeoutMs))) {
          expect(verification).toMatchObject({ equal: true, differingKeys: [] })
          expect(verification.hashLive).toBe(verification.hashRebuilt)
          expect(verification.documents).toBe((await dumpOf(scene.viewStore, verification.view)).length)
        }
      }),
      { numRuns: 25 },
    ))

  it('tells what it compared and where', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    for (const type of ['InstanceRequested', 'InstanceProvisioned', 'TokenIssued'] as const) scene.log.add(type, world)
    const position = await scene.append()
    await engine.caughtUp(within(timeoutMs))
    const verifications = await verifyViews(depsOf(scene), within(timeoutMs))
    expect(verifications.map(({ view }) => view)).toEqual(allViews.map(({ view }) => view))
    expect(verifications.find(({ view }) => view === 'events')).toMatchObject({
      position,
      eventsReplayed: 3,
      documents: 3,
      equal: true,
    })
  })

  it('names the documents that are not what the log says', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    for (const number of [1, 2, 3]) scene.log.add('InstanceRequested', exampleWorld(number))
    const position = await scene.append()
    await engine.caughtUp(within(timeoutMs))
    await engine.stop()
    const wrong = exampleWorld(2).instanceId
    const document = (await scene.viewStore.get<Document>('instances', wrong)) as Document
    await scene.viewStore.apply({
      view: 'instances',
      expected: position,
      checkpoint: position,
      mark: (await scene.viewStore.place('instances')).mark,
      writes: [
        { kind: 'put', key: wrong, document: { ...document, name: 'tampered' }, entries: [] },
        { kind: 'delete', key: exampleWorld(3).instanceId },
      ],
    })
    const [instances, ...others] = await verifyViews(depsOf(scene), within(timeoutMs))
    expect(instances).toMatchObject({
      view: 'instances',
      equal: false,
      documents: 3,
      differingKeys: [wrong, exampleWorld(3).instanceId],
    })
    expect(others.every(({ equal }) => equal)).toBe(true)
  })

  it('compares like with like while the log grows and the views move', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    scene.log.add('InstanceRequested', world)
    await scene.append()
    await engine.caughtUp(within(timeoutMs))
    const busy = new AbortController()
    const growing = (async () => {
      for (let number = 2; !busy.signal.aborted; number += 1) {
        for (const type of ['InstanceRequested', 'QuotaReserved', 'InstanceProvisioned', 'InstanceRenamed'] as const) {
          scene.log.add(type, exampleWorld(number))
        }
        await scene.append()
      }
    })()
    const positions: number[] = []
    while ((positions.at(-1) ?? 0) < 300) {
      for (const { view, equal, differingKeys, position } of await verifyViews(depsOf(scene), within(timeoutMs))) {
        expect({ view, equal, differingKeys }).toEqual({ view, equal: true, differingKeys: [] })
        positions.push(position)
      }
    }
    busy.abort()
    await growing
    expect(new Set(positions).size).toBeGreaterThan(allViews.length)
    await engine.stop()
  })

  it('finds a view that is not there different from what the log says', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    scene.log.add('InstanceRequested', world)
    const position = await scene.append()
    await engine.caughtUp(within(timeoutMs))
    await engine.stop()
    await scene.viewStore.drop('instances')
    const verifications = await verifyViews(depsOf(scene), within(timeoutMs))
    expect(verifications.find(({ view }) => view === 'instances')).toMatchObject({
      position,
      documents: 1,
      equal: false,
      differingKeys: [world.instanceId],
    })
    expect(verifications.filter(({ equal }) => !equal)).toHaveLength(1)
  })

  it('says so when a view went back meanwhile', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    scene.log.add('InstanceRequested', world)
    await scene.append()
    await engine.caughtUp(within(timeoutMs))
    await engine.stop()
    const viewStore = {
      ...scene.viewStore,
      dump: async (view: string) => {
        await scene.viewStore.drop(view)
        return scene.viewStore.dump(view)
      },
    }
    const verifying = verifyViews({ ...depsOf(scene), viewStore }, within(timeoutMs))
    await expect(verifying).rejects.toBeInstanceOf(ViewMovedBack)
  })
})

describe('rebuilding views', { timeout: timeoutMs * 4 }, () => {
  it('replaces what is wrong by what the log says, and leaves nothing beside', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    for (let number = 1; number <= 50; number += 1) scene.log.add('InstanceRequested', exampleWorld(number))
    const position = await scene.append()
    await engine.caughtUp(within(timeoutMs))
    await engine.stop()
    const writes = [{ kind: 'delete', key: world.instanceId }] as const
    const { mark } = await scene.viewStore.place('instances')
    await scene.viewStore.apply({ view: 'instances', expected: position, checkpoint: position, mark, writes })
    const [rebuilt] = await rebuildViews(depsOf(scene, only('instances')), within(timeoutMs))
    expect(rebuilt).toEqual({ view: 'instances', eventsReplayed: 50, position })
    expect(await scene.viewStore.count('instances', 'all', 'all')).toBe(50)
    expect(await scene.viewStore.checkpoint('instances.rebuild')).toBe(-1)
    const verifications = await verifyViews(depsOf(scene), within(timeoutMs))
    expect(verifications.every(({ equal }) => equal)).toBe(true)
  })

  it('writes a view that takes nothing of the log once, however long that is', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    // More than are projected in one go.
    for (let number = 1; number <= 1100; number += 1) scene.log.add('TokenIssued', exampleWorld(number))
    await scene.append()
    await engine.caughtUp(within(timeoutMs))
    await engine.stop()
    const written = new Map<string, number>()
    const { viewStore } = scene
    const counted = {
      ...viewStore,
      apply: (batch: ViewBatch) => {
        written.set(batch.view, (written.get(batch.view) ?? 0) + 1)
        return viewStore.apply(batch)
      },
    }
    await rebuildViews({ ...depsOf(scene), viewStore: counted }, within(timeoutMs))
    expect(written.get('tokens.rebuild')).toBe(2)
    expect(written.get('flavors.rebuild')).toBe(1)
    for (const { view, equal } of await verifyViews(depsOf(scene), within(timeoutMs))) expect(equal, view).toBe(true)
  })

  it('goes on beside a running engine: readers never go back, and the engine goes on from the new view', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    const seen: number[] = []
    let number = 0
    const grow = async () => {
      for (let count = 0; count < 20; count += 1) {
        number += 1
        scene.log.add('InstanceRequested', exampleWorld(number))
        await scene.append()
        seen.push(await scene.viewStore.count('instances', 'all', 'all'))
      }
    }
    await grow()
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([grow(), rebuildViews(depsOf(scene), within(timeoutMs))])
    }
    expect(await engine.caughtUp(within(timeoutMs))).toBe(true)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(await scene.viewStore.count('instances', 'all', 'all')).toBe(number)
    const verifications = await verifyViews(depsOf(scene), within(timeoutMs))
    expect(verifications.every(({ equal }) => equal)).toBe(true)
  })

  it('takes nothing away from readers where it was frozen before the end, or comes after another one', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    scene.log.add('InstanceRequested', exampleWorld(1))
    await scene.append()
    await engine.caughtUp(within(timeoutMs))
    const seen: number[] = []
    const look = async () => seen.push(await scene.viewStore.count('instances', 'all', 'all'))
    let thawed = false
    const goOn = async () => {
      thawed = true
      // What it was about to put in place is an event behind by now.
      scene.log.add('InstanceRequested', exampleWorld(2))
      await scene.append()
      await engine.caughtUp(within(timeoutMs))
      await look()
      // Another one ends, and takes what both have built.
      await rebuildViews(depsOf(scene, only('instances')), within(timeoutMs))
      await look()
    }
    const viewStore = {
      ...scene.viewStore,
      swap: async (view: string, from: string) => {
        if (!thawed) await goOn()
        const outcome = await scene.viewStore.swap(view, from)
        await look()
        return outcome
      },
    }
    const deps = { ...depsOf(scene, only('instances')), viewStore }
    const [rebuilt] = await rebuildViews(deps, within(timeoutMs))
    expect(rebuilt?.position).toBe(await scene.viewStore.checkpoint('instances'))
    expect(new Set(seen)).toEqual(new Set([2]))
    await engine.stop()
  })

  it('leaves the live view as it was when it cannot be finished', async () => {
    const scene = createScene(dir)
    const engine = scene.startEngine()
    scene.log.add('InstanceRequested', world)
    await scene.append()
    await engine.caughtUp(within(timeoutMs))
    const failing: Projection = {
      ...(only('instances')[0] as Projection),
      evolve: () => {
        throw new Error('a bug')
      },
    }
    await expect(rebuildViews(depsOf(scene, [failing]), within(timeoutMs))).rejects.toThrow('a bug')
    await expect(rebuildViews(depsOf(scene), AbortSignal.abort())).rejects.toThrow()
    expect(await scene.viewStore.count('instances', 'all', 'all')).toBe(1)
    expect(await scene.viewStore.checkpoint('instances.rebuild')).toBe(-1)
  })
})
