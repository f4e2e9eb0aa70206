import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { offersOf } from '../../../commands/awaited-offers.ts'
import { createDirectory } from '../../../commands/directory.ts'
import { createDispatch } from '../../../commands/dispatch/dispatch.ts'
import type { CommandContext } from '../../../commands/handle.ts'
import { type EventStore, EventStoreUnavailable, type NewEvent } from '../../../commands/ports/event-store.ts'
import { datastore, datastoreStream } from '../../../domain/datastore/index.ts'
import { flavor, flavorStream } from '../../../domain/flavor/index.ts'
import { host, hostStream } from '../../../domain/host/index.ts'
import { parseCommandId, parseEventId, parseFlavorId } from '../../../domain/ids.ts'
import { collect } from '../../support/collect.ts'
import { memberOf, projectA, settings } from '../../support/control-plane.ts'
import { exampleMetadata, exampleWorld } from '../../support/example-events.ts'
import { hostDescription } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { openWriteSide } from '../../support/write-side.ts'

const dir = createTempDir('directory')
const disposals: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const shop = { type: 'CreateInstance', projectId: projectA, name: 'shop', datastore: 'postgresql' } as const

/**
 * A process that takes commands, whose directory hears of nothing between `lag` and the next time that the end of the log is asked for; and
 * another process, which has just made things known.
 */
const start = async ({ hearsAgain = true, catchUpMs = 60_000 } = {}) => {
  const side = openWriteSide(dir.next())
  disposals.push(side.close)
  let held: PromiseWithResolvers<void> | undefined
  let headsAsked = 0
  let isAway = false
  const eventStore: EventStore = {
    ...side.eventStore,
    async *subscribe(options) {
      for await (const batch of side.eventStore.subscribe(options)) {
        await held?.promise
        yield batch
      }
    },
    head: async () => {
      headsAsked += 1
      if (isAway) throw new EventStoreUnavailable('away')
      const head = await side.eventStore.head()
      if (hearsAgain) held?.resolve()
      return head
    },
  }
  const directory = createDirectory({ ...side, eventStore, catchUpMs })
  disposals.push(async () => {
    held?.resolve()
    await directory.stop()
  })
  directory.start()
  const dispatch = createDispatch({
    ...side,
    directory,
    masterKey: new Uint8Array(32).fill(1),
    settings,
    findInstanceOf: async () => null,
  })
  const { signal } = new AbortController()
  const commandId = parseCommandId(side.ids.next())
  const context: CommandContext = {
    actor: { kind: 'system', name: 'another process' },
    commandId,
    correlationId: null,
    projectId: null,
    instanceId: null,
    causationId: commandId,
  }
  const { handler } = side
  const makeKnown = {
    flavor: async () => {
      const flavorId = parseFlavorId('small')
      const small = { type: 'DefineFlavor', flavorId, vcpus: 1, memoryMiB: 1024, description: '' } as const
      await handler.handle(flavor, flavorStream(flavorId), small, context)
    },
    version: async () => {
      const offer = { type: 'OfferDatastoreVersions', datastore: 'postgresql', versions: ['17.10'] } as const
      await handler.handle(datastore, datastoreStream('postgresql'), offer, context)
    },
    olderVersion: async () => {
      const offer = { type: 'OfferDatastoreVersions', datastore: 'postgresql', versions: ['17.9'] } as const
      await handler.handle(datastore, datastoreStream('postgresql'), offer, context)
    },
    host: async () => {
      const description = hostDescription()
      await handler.handle(
        host,
        hostStream(description.hostId),
        { type: 'RegisterHost', description, refusal: null, reportId: randomUUID(), key: null },
        context,
      )
    },
  }
  await directory.ready(signal)
  return {
    ...side,
    directory,
    makeKnown,
    headsAsked: () => headsAsked,
    lag: () => {
      held = Promise.withResolvers()
    },
    goAway: () => {
      isAway = true
    },
    create: () => dispatch({ command: shop, actor: memberOf(projectA), signal }),
  }
}

type Known = keyof Awaited<ReturnType<typeof start>>['makeKnown']
const everything = ['flavor', 'version', 'host'] as const satisfies readonly Known[]

describe('a create, in a process that is a moment behind the log', () => {
  it.each(everything)('is not refused for a %s that is in the log already', async (last) => {
    const { makeKnown, lag, create } = await start()
    for (const each of everything) if (each !== last) await makeKnown[each]()
    lag()
    await makeKnown[last]()
    expect(await create()).toMatchObject({ accepted: true })
  })

  it.each(['the datastore', 'the host'] as const)(
    'waits for no offer where the history of %s cannot be read',
    async (whose) => {
      const { makeKnown, directory, timers, eventStore, ids } = await start()
      await makeKnown.host()
      const known = await waitFor('the host', () => directory.hosts()[0])
      if (known.status === 'UNREGISTERED') throw new Error('the host is not registered')
      const { hostId } = known
      const [stream, expected] =
        whose === 'the host'
          ? ([
              hostStream(hostId),
              (await collect(eventStore.readStream(hostStream(hostId)))).flat().length - 1,
            ] as const)
          : ([datastoreStream('postgresql'), 'no-stream'] as const)
      const metadata = exampleMetadata('FlavorDefined', exampleWorld(1), 1)
      await eventStore.append(
        stream,
        [{ id: parseEventId(ids.next()), type: 'SomethingElse', version: 1, data: {}, metadata }],
        expected,
      )
      await offersOf({ timers, directory }, hostId, AbortSignal.timeout(10_000))
    },
  )

  it('may be sent again where a host has what it asks for, and is about to offer it', async () => {
    const { makeKnown, directory, timers, create } = await start()
    for (const each of ['flavor', 'host'] as const) await makeKnown[each]()
    const known = await waitFor('the host', () => directory.hosts()[0])
    if (known.status === 'UNREGISTERED') throw new Error('the host is not registered')
    await expect(create()).rejects.toThrow(/^postgresql 17\.\d+ of host .* is not on offer yet/)
    const { hostId } = known
    const offered = offersOf({ timers, directory }, hostId, AbortSignal.timeout(60_000))
    await expect(offersOf({ timers, directory }, hostId, AbortSignal.abort())).rejects.toThrow()
    await makeKnown.version()
    await makeKnown.olderVersion()
    await offered
    expect(await create()).toMatchObject({ accepted: true })
  })

  it('is refused after a bounded time when the log is not taken in', async () => {
    const { makeKnown, lag, create } = await start({ hearsAgain: false, catchUpMs: 50 })
    lag()
    for (const each of everything) await makeKnown[each]()
    expect(await create()).toMatchObject({ accepted: false, rejection: { code: 'UNKNOWN_DATASTORE' } })
  })

  it('is not refused, and not granted either, when the end of the log cannot be told', async () => {
    const { create, goAway } = await start()
    goAway()
    await expect(create()).rejects.toBeInstanceOf(EventStoreUnavailable)
  })

  it('does not ask where the log ends when nothing is missing', async () => {
    const { makeKnown, directory, create, headsAsked } = await start()
    for (const each of everything) await makeKnown[each]()
    await waitFor('all to be known', () => directory.hosts().length + directory.flavors().length === 2)
    await waitFor('the version', () => directory.datastores().some(({ offered }) => offered.length === 1))
    expect(await create()).toMatchObject({ accepted: true })
    expect(headsAsked()).toBe(0)
  })
})

describe('the directory', () => {
  it('leaves out an event that only a later version knows, and goes on with all others', async () => {
    const { eventStore, makeKnown, directory, lines } = await start()
    await makeKnown.flavor()
    const [[known] = []] = await collect(eventStore.readStream(flavorStream(parseFlavorId('small'))))
    if (known === undefined) throw new Error('there is no flavor')
    const { stream: _, revision: __, position: ___, ...event } = known
    const later = { ...event, id: parseCommandId(crypto.randomUUID()) as never, type: 'FlavorPainted' } as NewEvent
    await eventStore.append(flavorStream(parseFlavorId('blue')), [later], 'no-stream')
    await makeKnown.host()
    await waitFor('the host to be known', () => directory.hosts().length === 1)
    expect(directory.flavors()).toHaveLength(1)
    expect(lines.map(({ level }) => level)).toEqual(['error'])
  })
})
