import { describe, expect, it } from 'vitest'
import { EventStoreUnavailable, type StoredEvent } from '../../../commands/ports/event-store.ts'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import type { AuditDocument, AuditEntry } from '../../../projections/audit-entry.ts'
import { createAuditLogReader } from '../../../projections/audit-log.ts'
import { type ViewStore, ViewStoreUnavailable } from '../../../projections/ports/view-store.ts'
import { projectBatch } from '../../../projections/project-batch.ts'
import { readProjected } from '../../../projections/projection.ts'
import { createViews } from '../../../projections/queries.ts'
import { eventsView } from '../../../projections/views/events.ts'
import type { InstanceDocument } from '../../../projections/views/instance-document.ts'
import { instancesView } from '../../../projections/views/instances.ts'
import { createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

const world = exampleWorld()

const createScene = () => {
  const store = createMemoryViewStore({ maxUnreadChanges: 50 })
  const log = createEventLog()
  let shown = 0
  const show = async (into: ViewStore = store, suffix = ''): Promise<void> => {
    const stored: readonly StoredEvent[] = log.events()
    const range = { events: readProjected(suffix ? stored : stored.slice(shown)), position: stored.length - 1 }
    for (const projection of [instancesView, eventsView]) {
      const view = `${projection.view}${suffix}`
      const named = { ...projection, view: view as typeof projection.view }
      const writes = await projectBatch(named, range, into)
      await into.apply({
        view,
        expected: await into.checkpoint(view),
        checkpoint: range.position,
        mark: noMark,
        writes,
      })
    }
    shown = stored.length
  }
  const views = createViews({ ...quietKernel, viewStore: store, readAuditLog: createAuditLogReader(log) })
  return { store, log, show, views, stop: new AbortController() }
}

/** Reads along and lets a test wait until something was seen. */
const follow = <T>(values: AsyncIterable<T>) => {
  const seen: T[] = []
  let change = Promise.withResolvers<void>()
  const done = (async () => {
    for await (const value of values) {
      seen.push(value)
      change.resolve()
      change = Promise.withResolvers()
    }
  })()
  return {
    seen,
    done,
    until: async (test: (all: readonly T[]) => boolean) => {
      while (!test(seen)) await change.promise
    },
  }
}

const last = <T>(all: readonly T[]): T | undefined => all.at(-1)
const positions = (all: readonly AuditDocument[]) => all.map(({ position }) => position)

describe('watching an instance', () => {
  it('begins with the present and goes on with every change', async () => {
    const { log, show, views, stop } = createScene()
    log.add('InstanceRequested', world)
    await show()
    const watched = follow<InstanceDocument>(views.watchInstance(world.instanceId, stop.signal))
    await watched.until((all) => last(all)?.status === 'PROVISIONING')
    log.add('InstanceProvisioned', world)
    await show()
    await watched.until((all) => last(all)?.status === 'ACTIVE')
    log.add('InstanceRequested', exampleWorld(2))
    log.add('InstanceStopRequested', world)
    await show()
    await watched.until((all) => last(all)?.status === 'STOPPING')
    expect(new Set(watched.seen.map(({ id }) => id))).toEqual(new Set([world.instanceId]))
    stop.abort()
    await watched.done
  })

  it('begins when the instance comes, if it is not there yet', async () => {
    const { log, show, views, stop } = createScene()
    const watched = follow<InstanceDocument>(views.watchInstance(world.instanceId, stop.signal))
    log.add('InstanceRequested', world)
    await show()
    await watched.until((all) => all.length > 0)
    stop.abort()
    await watched.done
  })

  it('goes on when the view is replaced by a newer one', async () => {
    const { store, log, show, views, stop } = createScene()
    log.add('InstanceRequested', world)
    await show()
    const watched = follow<InstanceDocument>(views.watchInstance(world.instanceId, stop.signal))
    await watched.until((all) => all.length > 0)
    log.add('InstanceProvisioned', world)
    await show(store, '.rebuild')
    await store.swap('instances', 'instances.rebuild')
    await watched.until((all) => last(all)?.status === 'ACTIVE')
    stop.abort()
    await watched.done
  })
})

describe('the events after a position', () => {
  it('are those there are, then each new one, in order, none left out and none twice', async () => {
    const { log, show, views, stop } = createScene()
    for (let number = 0; number < 500; number += 1) log.add('InstanceRenamed', world)
    await show()
    const followed = follow(views.eventsAfter({ projectId: null }, 99, stop.signal))
    for (let number = 500; number < 700; number += 1) {
      log.add('InstanceRenamed', world)
      await show()
    }
    await followed.until((all) => last(all)?.position === 699)
    expect(positions(followed.seen)).toEqual(Array.from({ length: 600 }, (_, at) => at + 100))
    stop.abort()
    await followed.done
  })

  it('are all of them after -1, and none of those before `now`', async () => {
    const { log, show, views, stop } = createScene()
    log.add('InstanceRequested', world)
    await show()
    const all = follow(views.eventsAfter({ projectId: null }, -1, stop.signal))
    await all.until((seen) => seen.length === 1)
    const fromNow = follow(views.eventsAfter({ projectId: null }, 'now', stop.signal))
    await new Promise(setImmediate)
    log.add('InstanceProvisioned', world)
    await show()
    await fromNow.until((seen) => seen.length > 0)
    await all.until((seen) => seen.length === 2)
    expect(positions(fromNow.seen)).toEqual([1])
    expect(positions(all.seen)).toEqual([0, 1])
    stop.abort()
    await Promise.all([all.done, fromNow.done])
  })

  it('are none of those before `now` either where the store had just lost the view', async () => {
    const { store, log, show, stop } = createScene()
    log.add('InstanceRequested', world)
    await show()
    let lost = true
    const views = createViews({
      ...quietKernel,
      // As Redis does after it was emptied: there is no checkpoint, and nothing can be read until the view is there again.
      viewStore: {
        ...store,
        checkpoint: async (view) => (lost ? -1 : store.checkpoint(view)),
        list: async (view, options) => {
          if (lost) throw new ViewStoreUnavailable('lost for a test')
          return store.list(view, options)
        },
      },
      readAuditLog: createAuditLogReader(log),
    })
    const followed = follow(views.eventsAfter({ projectId: null }, 'now', stop.signal))
    await new Promise(setImmediate)
    lost = false
    const later = follow(views.eventsAfter({ projectId: null }, -1, stop.signal))
    await later.until((all) => all.length === 1)
    let number = 0
    while (followed.seen.length === 0) {
      number += 1
      log.add('InstanceProvisioned', world)
      await show()
      await later.until((all) => all.length === number + 1)
      await new Promise(setImmediate)
    }
    expect(positions(followed.seen)).not.toContain(0)
    stop.abort()
    await Promise.all([followed.done, later.done])
  })

  it('are those that match alone', async () => {
    const { log, show, views, stop } = createScene()
    const filter = { projectId: world.projectId, instanceId: world.instanceId, types: ['InstanceRenamed'] } as const
    const followed = follow(views.eventsAfter(filter, -1, stop.signal))
    for (const one of [world, exampleWorld(2), world]) {
      log.add('InstanceRequested', one)
      log.add('InstanceRenamed', one)
      await show()
    }
    await followed.until((all) => all.length === 2)
    expect(positions(followed.seen)).toEqual([1, 5])
    stop.abort()
    await followed.done
  })

  it('are not lost to a reader that is slower than the store remembers changes', async () => {
    const { log, show, views, stop } = createScene()
    log.add('InstanceRequested', world)
    await show()
    const reading = views.eventsAfter({ projectId: null }, -1, stop.signal)[Symbol.asyncIterator]()
    await reading.next()
    for (let number = 0; number < 300; number += 1) log.add('InstanceRenamed', world)
    await show()
    for (let number = 0; number < 300; number += 1) log.add('InstanceRenamed', world)
    await show()
    const seen: number[] = []
    while (seen.length < 600) {
      const { value } = await reading.next()
      if (value) seen.push(value.position)
    }
    expect(seen).toEqual(Array.from({ length: 600 }, (_, at) => at + 1))
    stop.abort()
    await reading.return?.()
  })

  it('are read ahead by no more than 64 KiB or one event, of which is told what is not taken yet', async () => {
    const { store, log, show, stop } = createScene()
    const read = createAuditLogReader(log)
    const sized = async (entries: readonly AuditEntry[]) =>
      (await read(entries)).map((event) => ({ ...event, data: { text: 'x'.repeat(event.position * 1000) } }))
    const views = createViews({ ...quietKernel, viewStore: store, readAuditLog: sized })
    for (let number = 0; number < 100; number += 1) log.add('InstanceRenamed', world)
    await show()
    const held: number[] = []
    const tellHeld = (bytes: number) => held.push(bytes)
    const reading = views.eventsAfter({ projectId: null }, -1, stop.signal, tellHeld)[Symbol.asyncIterator]()
    const sizes: number[] = []
    while (sizes.length < 100) {
      const { value } = await reading.next()
      if (!value) throw new Error('it has ended')
      expect(value.position).toBe(sizes.length)
      sizes.push(Buffer.byteLength(JSON.stringify(value)))
      const atLeast = sizes.at(-1) ?? 0
      expect(held.at(-1)).toBeGreaterThanOrEqual(atLeast)
      expect(held.at(-1)).toBeLessThanOrEqual(Math.max(atLeast, 64 * 1024))
    }
    expect(held[0]).toBeGreaterThan(60_000)
    stop.abort()
    await reading.next()
    expect(held.at(-1)).toBe(0)
  })

  it('go on when the log could not be read for a while', async () => {
    const { store, log, show, stop } = createScene()
    let attempts = 0
    const readAuditLog = createAuditLogReader({
      readStream: (...asked) => {
        attempts += 1
        if (attempts < 4) throw new EventStoreUnavailable('away for a test')
        return log.readStream(...asked)
      },
    })
    const views = createViews({ ...quietKernel, viewStore: store, readAuditLog })
    log.add('InstanceRequested', world)
    log.add('InstanceRenamed', world)
    await show()
    const followed = follow(views.eventsAfter({ projectId: null }, -1, stop.signal))
    await followed.until((all) => all.length === 2)
    expect(positions(followed.seen)).toEqual([0, 1])
    expect(attempts).toBe(4)
    stop.abort()
    await followed.done
  })
})
