import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CommandContext, createHandler, type Loaded } from '../../../commands/handle.ts'
import type { EventStore } from '../../../commands/ports/event-store.ts'
import { parseCommandId, parseProjectId } from '../../../domain/ids.ts'
import { project, projectStream } from '../../../domain/project/index.ts'
import { parseTokenId } from '../../../domain/token/id.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { openWriteSide } from '../../support/write-side.ts'

const projectId = parseProjectId('acme')
const stream = projectStream(projectId)
const limit = (instances: number) =>
  ({ type: 'SetProjectQuota', projectId, limits: { instances, vcpus: 1, memoryMiB: 1, volumeGiB: 1 } }) as const

const directories = createTempDir('handle')
let side: ReturnType<typeof openWriteSide>
let context: CommandContext
beforeEach(() => {
  side = openWriteSide(directories.next())
  const commandId = parseCommandId(side.ids.next())
  context = {
    actor: { kind: 'system', name: 'test' },
    commandId,
    correlationId: null,
    projectId,
    instanceId: null,
    causationId: commandId,
  }
})
afterEach(() => side.close())

/** Two processes on one log, each with a memory of its own. */
const twoHandlers = (eventStore: EventStore = side.eventStore) => ({
  here: createHandler({ ...side, eventStore }),
  there: createHandler(side),
})

/** The same log, and how often streams of it were read and written. */
const countCalls = (eventStore: EventStore) => {
  const [readStream, append] = [vi.fn(eventStore.readStream), vi.fn(eventStore.append)]
  return {
    eventStore: { ...eventStore, readStream, append },
    reads: () => readStream.mock.calls.length,
    appends: () => append.mock.calls.length,
  }
}

const reads = async (): Promise<readonly unknown[]> => {
  const limits: unknown[] = []
  for await (const page of side.eventStore.readStream(stream)) {
    for (const { data } of page) limits.push((data as { limits: { instances: number } }).limits.instances)
  }
  return limits
}

describe('handling a command on a stream that another process has changed meanwhile', () => {
  it('decides again on what is really there, and appends behind it', async () => {
    const { here, there } = twoHandlers()
    await here.handle(project, stream, limit(1), context)
    await there.handle(project, stream, limit(2), context)
    const handled = await here.handle(project, stream, limit(3), context)
    expect(handled).toMatchObject({ outcome: 'accepted', revision: 2 })
    expect(await reads()).toEqual([1, 2, 3])
  })

  it('does not take a wish for fact because it remembers it as fact', async () => {
    const { here, there } = twoHandlers()
    await here.handle(project, stream, limit(1), context)
    await there.handle(project, stream, limit(2), context)
    const handled = await here.handle(project, stream, limit(1), context)
    expect(handled.outcome === 'accepted' && handled.events).toHaveLength(1)
    expect(await reads()).toEqual([1, 2, 1])
  })

  it('does not refuse by a state that it remembers and that has passed', async () => {
    const { here, there } = twoHandlers()
    await here.handle(project, stream, limit(1), context)
    await there.handle(project, stream, limit(2), context)
    const guard = ({ revision }: Loaded<unknown>) =>
      revision === 1 ? null : ({ code: 'VERSION_CONFLICT', message: `at ${revision}` } as const)
    expect(await here.handle(project, stream, limit(3), context, { guard })).toMatchObject({ outcome: 'accepted' })
  })

  it('gives up with CONCURRENT_MODIFICATION when others are always faster', async () => {
    let other = 100
    const { here, there } = twoHandlers({
      ...side.eventStore,
      append: async (name, events, expected) => {
        other += 1
        await there.handle(project, stream, limit(other), context)
        return side.eventStore.append(name, events, expected)
      },
    })
    const handled = await here.handle(project, stream, limit(1), context)
    expect(handled).toMatchObject({ outcome: 'rejected', rejection: { code: 'CONCURRENT_MODIFICATION' } })
    expect(await reads()).toEqual([101, 102, 103, 104])
  })
})

describe('handling a command', () => {
  it('makes metadata from the state that was decided on', async () => {
    const { here, there } = twoHandlers()
    await here.handle(project, stream, limit(1), context)
    await there.handle(project, stream, limit(2), context)
    const seen: (number | null)[] = []
    await here.handle(project, stream, limit(3), ({ revision }) => {
      seen.push(revision)
      return context
    })
    expect(seen.at(-1)).toBe(1)
  })

  it('queues commands on one stream, so that they do not conflict with each other', async () => {
    const { here } = twoHandlers()
    const handled = await Promise.all(
      Array.from({ length: 50 }, (_, index) => here.handle(project, stream, limit(index + 1), context)),
    )
    expect(handled.map(({ revision }) => revision)).toEqual(Array.from({ length: 50 }, (_, index) => index))
  })

  it('appends together what waits for one stream, and answers each with what it led to', async () => {
    const counted = countCalls(side.eventStore)
    const { here } = twoHandlers(counted.eventStore)
    await here.handle(project, stream, limit(1), context)
    const wishes = [limit(2), limit(2), limit(3), limit(4)]
    const handled = await Promise.all(wishes.map((wish) => here.handle(project, stream, wish, context)))
    expect(handled.map(({ outcome, state }) => [outcome, state.limits?.instances])).toEqual([
      ['accepted', 2],
      ['accepted', 2],
      ['accepted', 3],
      ['accepted', 4],
    ])
    expect(await reads()).toEqual([1, 2, 3, 4])
    expect(counted.appends()).toBe(3)
  })

  it('decides each by itself where another process was faster, or one of them fails', async () => {
    const { here, there } = twoHandlers()
    await here.handle(project, stream, limit(1), context)
    await there.handle(project, stream, limit(2), context)
    const failing = { ...project, decide: () => expect.fail('a bug') }
    const handled = await Promise.allSettled([
      here.handle(project, stream, limit(3), context),
      here.handle(project, stream, limit(4), context),
      here.handle(failing, stream, limit(9), context),
      here.handle(project, stream, limit(5), context),
    ])
    expect(handled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    await there.handle(project, stream, limit(6), context)
    const later = [7, 8, 9].map((instances) => here.handle(project, stream, limit(instances), context))
    expect((await Promise.all(later)).map(({ revision }) => revision)).toEqual([6, 7, 8])
    expect(await reads()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('takes a stream that it begins to be absent, without reading it, and finds out when it is not', async () => {
    const counted = countCalls(side.eventStore)
    const { here, there } = twoHandlers(counted.eventStore)
    const begun = await here.handle(project, stream, limit(1), context, { begins: true })
    expect([begun.revision, counted.reads()]).toEqual([0, 0])
    const other = createHandler({ ...side, eventStore: counted.eventStore })
    expect(await other.handle(project, stream, limit(1), context, { begins: true })).toMatchObject({
      outcome: 'accepted',
      events: [],
      revision: 0,
    })
    await there.handle(project, stream, limit(2), context)
    expect((await here.handle(project, stream, limit(3), context, { begins: true })).revision).toBe(2)
    expect(await reads()).toEqual([1, 2, 3])
  })
})

describe('handling a command that may have got through before', () => {
  const again = { mayBeDone: true }
  const others = () => ({ ...context, commandId: parseCommandId(side.ids.next()) })

  it('finds that it has, whatever others have made of it since, and does not do it again', async () => {
    const { here, there } = twoHandlers()
    await here.handle(project, stream, limit(1), context)
    await there.handle(project, stream, limit(2), others())
    const isDone: boolean[] = []
    const guard = (_: unknown, done: boolean) => {
      isDone.push(done)
      return null
    }
    const handled = await here.handle(project, stream, limit(1), context, { ...again, guard })
    expect(handled).toMatchObject({ outcome: 'accepted', events: [], revision: 1 })
    expect(isDone).toEqual([true])
    expect(await reads()).toEqual([1, 2])
  })

  it('does it when it has not', async () => {
    const { here, there } = twoHandlers()
    await there.handle(project, stream, limit(2), others())
    expect(await here.handle(project, stream, limit(1), context, again)).toMatchObject({ revision: 1 })
    expect(await reads()).toEqual([2, 1])
  })

  it('finds it also when the earlier try gets through just before the append', async () => {
    const { here, there } = twoHandlers({
      ...side.eventStore,
      append: async (...call) => {
        await there.handle(project, stream, limit(1), context)
        await there.handle(project, stream, limit(2), others())
        return side.eventStore.append(...call)
      },
    })
    await side.handler.handle(project, stream, limit(3), others())
    expect(await here.handle(project, stream, limit(1), context, again)).toMatchObject({ events: [], revision: 2 })
    expect(await reads()).toEqual([3, 1, 2])
  })
})

describe('loading a stream', () => {
  it('answers from memory what has seen the revision that is asked for, and asks the log for all else', async () => {
    const counted = countCalls(side.eventStore)
    const { here, there } = twoHandlers(counted.eventStore)
    expect((await here.load(project, stream, { atLeast: 0 })).revision).toBeNull()
    await here.handle(project, stream, limit(1), context)
    await there.handle(project, stream, limit(2), context)
    const before = counted.reads()
    expect((await here.load(project, stream, { atLeast: 0 })).revision).toBe(0)
    expect(counted.reads()).toBe(before)
    expect((await here.load(project, stream, { atLeast: 1 })).revision).toBe(1)
    await there.handle(project, stream, limit(3), context)
    expect((await here.load(project, stream)).revision).toBe(2)
    expect(counted.reads()).toBe(before + 2)
  })
})

describe('a stream that has lost all its events while others rest on it', () => {
  const open = () => {
    const claimed = new Set<string>()
    return { claimed, handler: createHandler({ ...side, isClaimed: (name) => claimed.has(name) }) }
  }

  it('does not begin again, whatever is remembered or assumed of it', async () => {
    const { claimed, handler } = open()
    await handler.handle(project, stream, limit(1), context)
    side.database.connection.prepare('DELETE FROM events WHERE stream = ?').run(stream)
    claimed.add(stream)
    const lost = { code: 'UNREADABLE_HISTORY', fault: { stream, revision: 0, reason: 'MISSING_EVENTS' } }
    await expect(handler.handle(project, stream, limit(2), context)).rejects.toMatchObject(lost)
    await expect(handler.handle(project, stream, limit(2), context, { begins: true })).rejects.toMatchObject(lost)
    expect(await reads()).toEqual([])
  })

  it('answers what changes nothing, and begins where the caller takes it upon itself', async () => {
    const { claimed, handler } = open()
    claimed.add(stream)
    const release = { type: 'ReleaseToken', projectId, tokenId: parseTokenId(side.ids.next()) } as const
    expect(await handler.handle(project, stream, release, context)).toMatchObject({ outcome: 'accepted', events: [] })
    await handler.handle(project, stream, limit(3), context, { mayBeLost: true })
    expect(await reads()).toEqual([3])
  })
})
