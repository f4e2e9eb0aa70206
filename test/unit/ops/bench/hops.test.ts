import { describe, expect, it } from 'vitest'
import type { Actor } from '../../../../domain/metadata.ts'
import { type HopName, hopsOf, type RelayedEvent } from '../../../../ops/bench/stack/hops.ts'

const start = Date.parse('2026-01-02T03:04:05.000Z')
const at = (ms: number): string => new Date(start + ms).toISOString()
const actor: Actor = { kind: 'system', name: 'sagas' }

type Seen = {
  readonly position?: number
  readonly decided: number
  readonly published: number
  readonly of?: string
  readonly command?: string
}

const event = (id: string, { position = 0, decided, published, of = 'a request', command }: Seen): RelayedEvent => ({
  id,
  position,
  metadata: { at: at(decided), actor, causationId: of as RelayedEvent['metadata']['causationId'] },
  guestCommandId: command ?? null,
  publishedAt: start + published,
})

const nothing = { events: [], reports: [], takenAt: new Map(), shownAt: new Map() }
const lengths = (hops: Readonly<Record<HopName, readonly number[]>>) => Object.values(hops).map(({ length }) => length)

describe('the hops of a message', () => {
  it('begin each where the one before it ended', () => {
    const hops = hopsOf({
      events: [
        event('requested', { decided: 0, published: 7 }),
        event('issued', { decided: 10, published: 15, of: 'requested', command: 'start' }),
        event('completed', { position: 9, decided: 50, published: 52, of: 'report' }),
      ],
      reports: [{ reportId: 'report', at: at(40) }],
      takenAt: new Map([['start', start + 31]]),
      shownAt: new Map([[9, start + 61]]),
    })
    expect(hops).toEqual({
      'append to Kafka': [7, 5, 2],
      'Kafka to saga': [3],
      'saga to agent': [21],
      'agent to view': [21],
    })
  })

  it('are told of messages alone that were seen at both ends', () => {
    const hops = hopsOf({
      ...nothing,
      events: [
        event('follows what was before', { decided: 0, published: 1, of: 'not seen' }),
        event('never taken', { decided: 0, published: 1, command: 'lost' }),
      ],
      reports: [{ reportId: 'led to nothing', at: at(0) }],
    })
    expect(lengths(hops)).toEqual([2, 0, 0, 0])
  })

  it('count every event that one message led to', () => {
    const hops = hopsOf({
      ...nothing,
      events: [
        event('first', { decided: 0, published: 1 }),
        event('second', { decided: 4, published: 5, of: 'first' }),
        event('third', { decided: 9, published: 9, of: 'first' }),
      ],
    })
    expect(hops['Kafka to saga']).toEqual([3, 8])
  })

  it('are none where nothing was seen', () => {
    expect(lengths(hopsOf(nothing))).toEqual([0, 0, 0, 0])
  })
})
