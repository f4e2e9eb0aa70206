import { describe, expect, it } from 'vitest'
import { type EventsOptions, showEvents } from '../../../../ops/cli/commands/events.ts'
import type { CliContext } from '../../../../ops/cli/context.ts'
import { trouble } from '../../../../ops/cli/failure.ts'
import { EventsAfterDocument } from '../../../../ops/cli/generated/graphql.ts'

type Item = { readonly cursor: string; readonly node: { readonly id: string; readonly type: string } }
type Asked = {
  readonly filter: { readonly types?: readonly string[] }
  readonly first: number
  readonly after: string | null
}

const event = (position: number, type: string): Item => ({ cursor: `c${position}`, node: { id: `${position}`, type } })
const options: EventsOptions = { follow: true, type: [], limit: 50 }

/** A client of a server whose log is `log`; `streams`: what each subscription does, the last of which ends the command. */
const clientOf = (log: Item[], streams: ((after: string | null) => AsyncGenerator<object>)[]) => {
  const printed: string[] = []
  const subscribed: (string | null)[] = []
  const done = new AbortController()
  const context = {
    api: {
      request: async (document: object, { filter, first, after }: Asked) => {
        if (document === EventsAfterDocument) {
          const edges = log.slice(log.findIndex(({ cursor }) => cursor === after) + 1)
          if (edges.length === 0) done.abort()
          return { events: { edges, pageInfo: { hasNextPage: false, endCursor: null } } }
        }
        const matching = log.filter(({ node }) => !filter.types || filter.types.includes(node.type))
        const edges = matching.toReversed().slice(0, first)
        return { events: { edges, pageInfo: { hasNextPage: false, endCursor: null } } }
      },
      async *subscribe(_document: object, { after }: Asked): AsyncGenerator<object> {
        subscribed.push(after)
        const stream = streams.shift()
        if (stream) yield* stream(after)
        else done.abort()
      },
    },
    output: { format: 'json', item: async ({ id }: { id: string }) => void printed.push(id) },
    signal: done.signal,
  } as unknown as CliContext
  const run = async (given: Partial<EventsOptions> = {}): Promise<void> => {
    await expect(showEvents(context, { ...options, ...given })).rejects.toThrow('abort')
  }
  return { run, printed, subscribed }
}

const breakOff = async function* (...events: Item[]): AsyncGenerator<object> {
  for (const item of events) yield { events: item }
  throw trouble('CONNECTION_LOST', 'the connection broke off')
}

describe('the audit log that is followed', () => {
  it('goes on behind the last event shown when the connection is lost', async () => {
    const { run, printed, subscribed } = clientOf([event(1, 'A')], [() => breakOff(event(2, 'B'))])
    await run()
    expect(printed).toEqual(['1', '2'])
    expect(subscribed).toEqual(['c1', 'c2'])
  })

  it('leaves nothing out that comes while it connects, though nothing matches yet', async () => {
    const { run, subscribed } = clientOf([event(1, 'A'), event(2, 'A')], [() => breakOff()])
    await run({ type: ['B'] })
    expect(subscribed).toEqual(['c2', 'c2'])
  })

  it('shows none of those before when none is asked for', async () => {
    const { run, printed, subscribed } = clientOf([event(1, 'A')], [])
    await run({ limit: 0 })
    expect(printed).toEqual([])
    expect(subscribed).toEqual(['c1'])
  })

  it('leaves out nothing of a project that had no event when it began', async () => {
    const log: Item[] = []
    const breakOffWhile = () => {
      log.push(event(1, 'A'), event(2, 'B'))
      return breakOff()
    }
    const { run, printed, subscribed } = clientOf(log, [breakOffWhile])
    await run()
    expect(printed).toEqual(['1', '2'])
    expect(subscribed).toEqual([null, 'c2'])
  })

  it('is asked for with queries where a proxy holds streams back, without a gap', async () => {
    const log = [event(1, 'A')]
    const blocked = () => {
      log.push(event(2, 'B'), event(3, 'C'))
      throw trouble('STREAM_BLOCKED', 'no events')
    }
    const { run, printed, subscribed } = clientOf(log, [blocked])
    await run()
    expect(printed).toEqual(['1', '2', '3'])
    expect(subscribed).toEqual(['c1'])
  })
})

describe('the line of an event', () => {
  it('tells why the health of an engine changed', async () => {
    const lines: string[] = []
    const node = {
      id: '1',
      at: '2026-03-01T10:20:30.400Z',
      type: 'InstanceHealthChanged',
      stream: 'instance-1',
      actor: { kind: 'SYSTEM', name: 'sagas' },
      data: {
        health: 'HEALTHY',
        reason: 'a process of the engine crashed',
        incident: 'a process of the engine crashed',
      },
      unreadable: null,
    }
    const page = { edges: [{ cursor: 'c1', node }], pageInfo: { hasNextPage: false, endCursor: null } }
    const context = {
      api: { request: async () => ({ events: page }) },
      output: { format: 'table', item: async (_event: unknown, line: () => string) => void lines.push(line()) },
      signal: new AbortController().signal,
    } as unknown as CliContext
    await showEvents(context, { type: [], limit: 1, follow: false })
    expect(lines).toEqual([expect.stringMatching(/by sagas {2}\(HEALTHY: a process of the engine crashed\)$/)])
  })
})
