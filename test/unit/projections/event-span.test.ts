import { describe, expect, it } from 'vitest'
import { noMark } from '../../../commands/ports/log-mark.ts'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { type AuditEntry, auditKey } from '../../../projections/audit-entry.ts'
import { neverWritten, type ViewWrite } from '../../../projections/ports/view-store.ts'
import { createViews } from '../../../projections/queries.ts'
import { auditLists } from '../../../projections/views/events.ts'
import { exampleWorld, streamOfEvent } from '../../support/example-events.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

const startMs = Date.UTC(2030, 0, 1)
const minuteMs = 60_000
const count = 50_000
const world = exampleWorld()
const at = (minute: number): string => new Date(startMs + minute * minuteMs).toISOString()

/** An event a minute, at positions with gaps; `untimed`: those whose time is not known. */
const createWorld = async (untimed: (minute: number) => boolean = () => false) => {
  const viewStore = createMemoryViewStore()
  let read = 0
  let calls = 0
  const entries = Array.from({ length: count }, (_, minute): AuditEntry => {
    const position = minute * 1000
    const atMs = untimed(minute) ? null : startMs + minute * minuteMs
    const whose = {
      projectId: null,
      instanceId: null,
      operationId: null,
      actor: 'admin',
      role: null,
      command: null,
      hostId: null,
    }
    return {
      position,
      type: 'InstanceRenamed',
      stream: streamOfEvent('InstanceRenamed', world),
      revision: minute,
      ...whose,
      atMs,
    }
  })
  const writes = entries.map((document): ViewWrite => {
    const key = auditKey(document.position)
    return { kind: 'put', key, document, entries: auditLists(document, key) }
  })
  await viewStore.apply({
    view: 'events',
    expected: neverWritten,
    checkpoint: count * 1000,
    mark: noMark,
    writes,
  })
  const counted: typeof viewStore = {
    ...viewStore,
    list: async (view, options) => {
      const found = await viewStore.list(view, options)
      calls += 1
      read += found.length
      return found as never
    },
  }
  const views = createViews({
    ...quietKernel,
    viewStore: counted,
    readAuditLog: async (found) => found.map(({ position }) => ({ position }) as never),
  })
  return { views, cost: () => ({ read, calls }) }
}

const minutesOf = ({
  entries,
}: {
  readonly entries: readonly { readonly document: { readonly position: number } }[]
}) => entries.map(({ document }) => document.position / 1000)

describe('events of a span of time', () => {
  it.each([
    ['oldest first', 'ascending', [40_000, 40_001, 40_002]],
    ['newest first', 'descending', [40_119, 40_118, 40_117]],
  ] as const)('are found without a walk through the log, %s', async (_words, direction, expected) => {
    const { views, cost } = await createWorld()
    const filter = { projectId: null, since: at(40_000), until: at(40_120) }
    const page = await views.events(filter, { first: 3, direction })
    expect(minutesOf(page)).toEqual(expected)
    expect(cost().calls).toBeLessThan(60)
    expect(cost().read).toBeLessThan(1500)
  })

  it.each(['ascending', 'descending'] as const)(
    'end where the span does, %s, and not where the log does',
    async (direction) => {
      const { views, cost } = await createWorld()
      const page = await views.events(
        { projectId: null, since: at(20_000), until: at(20_010) },
        { first: 100, direction },
      )
      expect(page.entries).toHaveLength(10)
      expect(page.next).toBeNull()
      expect(cost().read).toBeLessThan(1500)
    },
  )

  it('are empty before the first and after the last, and all where the span is wider than the log', async () => {
    const { views } = await createWorld()
    for (const direction of ['ascending', 'descending'] as const) {
      const of = async (since: number, until: number) =>
        minutesOf(await views.events({ projectId: null, since: at(since), until: at(until) }, { first: 2, direction }))
      expect(await of(-500, 0)).toEqual([])
      expect(await of(count, count + 500)).toEqual([])
      expect(await of(-500, count + 500)).toEqual(direction === 'ascending' ? [0, 1] : [count - 1, count - 2])
    }
  })

  it('are found among many whose time is not known', async () => {
    const { views } = await createWorld((minute) => minute % 1000 > 10)
    for (const direction of ['ascending', 'descending'] as const) {
      const found: number[] = []
      let after: string | undefined
      do {
        const filter = { projectId: null, since: at(30_000), until: at(32_000) }
        const page = await views.events(filter, { first: 100, direction, ...(after !== undefined && { after }) })
        found.push(...minutesOf(page))
        after = page.next ?? undefined
      } while (after !== undefined)
      const expected = [30_000, 31_000].flatMap((from) => Array.from({ length: 11 }, (_, index) => from + index))
      expect(found).toEqual(direction === 'ascending' ? expected : expected.toReversed())
    }
  })
})
