import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEmbeddedEventStore } from '../../../commands/adapters/embedded/event-store.ts'
import { openEmbeddedDatabase } from '../../../commands/adapters/embedded/open-database.ts'
import type { EventStore } from '../../../commands/ports/event-store.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { createProjectionEngine } from '../../../projections/engine.ts'
import { rebuildViews } from '../../../projections/rebuild.ts'
import { allViews } from '../../../projections/registry.ts'
import { verifyViews } from '../../../projections/verify.ts'
import { anEvent } from '../../support/any-event.ts'
import { appendAll, createEventLog, type EventLog } from '../../support/event-log.ts'
import { startEventStoreStandIn } from '../../support/eventstore-standin/server.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { createTempDir, type TempDir } from '../../support/temp-dir.ts'
import { openStore } from '../kurrentdb/test-store.ts'
import { within } from './scene.ts'

const dir = createTempDir('other-log')
const timeoutMs = 30_000

/** A log whose files can be copied and put back while it is closed. */
type KeptLog = {
  readonly open: () => Promise<{ readonly eventStore: EventStore; readonly close: () => Promise<void> }>
  readonly copy: () => void
  readonly putBack: () => void
  readonly erase: () => void
}

const embedded = (temp: TempDir): KeptLog => {
  const [dataDir, copyDir] = [temp.next(), temp.next()]
  const replace = (from: string, to: string) => {
    rmSync(to, { recursive: true, force: true })
    cpSync(from, to, { recursive: true })
  }
  return {
    open: async () => {
      const database = openEmbeddedDatabase({ dataDir })
      const eventStore = createEmbeddedEventStore({ database })
      return {
        eventStore,
        close: async () => {
          await eventStore.close()
          await database.close()
        },
      }
    },
    copy: () => replace(dataDir, copyDir),
    putBack: () => replace(copyDir, dataDir),
    erase: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}

const onStandIn = (temp: TempDir): KeptLog => {
  const folder = temp.next()
  mkdirSync(folder, { recursive: true })
  const [file, copy] = [join(folder, 'log'), join(folder, 'copy')]
  return {
    open: async () => {
      const server = await startEventStoreStandIn({ file })
      const eventStore = openStore(server.url)
      return {
        eventStore,
        close: async () => {
          await eventStore.close()
          server.close()
        },
      }
    },
    copy: () => copyFileSync(file, copy),
    putBack: () => copyFileSync(copy, file),
    erase: () => rmSync(file, { force: true }),
  }
}

/** Instances that are asked for, one after the other, in the order of their numbers. */
const createRequests = () => {
  const log: EventLog = createEventLog()
  return (eventStore: EventStore, ...numbers: readonly number[]): Promise<number> =>
    appendAll(
      eventStore,
      numbers.map((number) => log.add('InstanceRequested', exampleWorld(number))),
    )
}

/** Views that outlive the log, and everything that ever was said about them. */
const createViews = () => {
  const viewStore = createMemoryViewStore()
  const errors: string[] = []
  const log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_fields: object, message: string) => errors.push(message),
  }
  const depsOf = (eventStore: EventStore) => ({
    eventStore,
    viewStore,
    projections: allViews,
    ...systemKernel(log),
  })
  return {
    viewStore,
    errors,
    depsOf,
    /** Follows the log until all of it is shown, and stops. */
    follow: async (eventStore: EventStore): Promise<void> => {
      const engine = createProjectionEngine({ ...depsOf(eventStore), config: { backOff: { firstMs: 1, maxMs: 20 } } })
      engine.start()
      try {
        // A view of another log may be further on than this one has come.
        const isRight = async () =>
          (await verifyViews(depsOf(eventStore), within(timeoutMs))).every(({ equal }) => equal)
        await expect.poll(() => isRight().catch(() => false), { timeout: timeoutMs }).toBe(true)
      } finally {
        await engine.stop()
      }
    },
    instances: () => viewStore.count('instances', 'all', 'all'),
  }
}

describe.each([
  ['embedded', embedded],
  ['in KurrentDB', onStandIn],
] as const)('views of a log %s', { timeout: timeoutMs * 2 }, (_where, createLog) => {
  const prepare = async () => {
    const log = createLog(dir)
    const views = createViews()
    const request = createRequests()
    let close = async (): Promise<void> => {}
    onTestFinished(() => close())
    const open = async (): Promise<EventStore> => {
      await close()
      const opened = await log.open()
      close = opened.close
      return opened.eventStore
    }
    const first = await open()
    await request(first, 1)
    await close()
    log.copy()
    const second = await open()
    await request(second, 2, 3, 4)
    await views.follow(second)
    expect(await views.instances()).toBe(4)
    return { log, views, open, request }
  }

  it('are kept where the log is the same', async () => {
    const { views, open } = await prepare()
    await views.follow(await open())
    expect(views.errors).toEqual([])
    expect(await views.instances()).toBe(4)
  })

  it('are rebuilt without being asked where the log is an older copy, which is said', async () => {
    const { log, views, open, request } = await prepare()
    log.putBack()
    const older = await open()
    await views.follow(older)
    expect(new Set(views.errors)).toEqual(
      new Set(['the log is an older copy of the one the view was made from: the view is invalid and is rebuilt']),
    )
    expect(await views.instances()).toBe(1)
    await request(older, 5)
    await views.follow(older)
    expect(await views.instances()).toBe(2)
  })

  it('are rebuilt where the older copy has grown beyond their place before anybody looked', async () => {
    const { log, views, open, request } = await prepare()
    log.putBack()
    const older = await open()
    await request(older, ...Array.from({ length: 20 }, (_, at) => 10 + at))
    await views.follow(older)
    expect(await views.instances()).toBe(21)
  })

  it('are rebuilt where the log is another one', async () => {
    const { log, views, open, request } = await prepare()
    log.erase()
    const other = await open()
    await request(other, 6)
    await views.follow(other)
    expect(new Set(views.errors)).toEqual(
      new Set(['the log is not the one the view was made from: the view is invalid and is rebuilt']),
    )
    expect(await views.instances()).toBe(1)
  })

  it('are said to be of another log by a verification, and put right by a rebuild that is asked for', async () => {
    const { log, views, open } = await prepare()
    log.putBack()
    const deps = views.depsOf(await open())
    for (const { equal, log: relation } of await verifyViews(deps, within(timeoutMs))) {
      expect({ equal, relation }).toEqual({ equal: false, relation: 'older' })
    }
    await rebuildViews(deps, within(timeoutMs))
    for (const { equal, log: relation } of await verifyViews(deps, within(timeoutMs))) {
      expect({ equal, relation }).toEqual({ equal: true, relation: 'same' })
    }
    expect(await views.instances()).toBe(1)
  })
})

it('views are rebuilt where only records of others were lost, as new events will lie before their place', async () => {
  const log = onStandIn(dir)
  const views = createViews()
  const request = createRequests()
  const before = await log.open()
  await request(before.eventStore, 1)
  await before.close()
  log.copy()
  const later = await log.open()
  // Keys are in no view: the views move beyond them, to where the older log has not come.
  await later.eventStore.append(`key-${crypto.randomUUID()}` as never, [anEvent({})], 'no-stream')
  await views.follow(later.eventStore)
  await later.close()
  log.putBack()
  const older = await log.open()
  onTestFinished(older.close)
  await views.follow(older.eventStore)
  expect(views.errors.length).toBeGreaterThan(0)
  await request(older.eventStore, 2)
  await views.follow(older.eventStore)
  expect(await views.instances()).toBe(2)
}, 60_000)
