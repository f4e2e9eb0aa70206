import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryViewStore } from '../../../projections/adapters/memory/view-store.ts'
import { createPastReader } from '../../../projections/past.ts'
import type { DumpedDocument } from '../../../projections/ports/view-store.ts'
import type { Projection } from '../../../projections/projection.ts'
import { createViewsAt } from '../../../projections/queries.ts'
import { allViews } from '../../../projections/registry.ts'
import type { OperationDocument } from '../../../projections/views/operations.ts'
import { operationsView } from '../../../projections/views/operations.ts'
import { createEventLog } from '../../support/event-log.ts'
import { eventTypes, exampleWorld } from '../../support/example-events.ts'
import { project } from '../../support/projection-spec.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

const worlds = [exampleWorld(1), exampleWorld(2)]
const anyHistory = fc.array(fc.record({ type: fc.constantFrom(...eventTypes), world: fc.constantFrom(...worlds) }), {
  minLength: 1,
  maxLength: 60,
})
/** Of which each document is of one aggregate, and named like it. */
const names = [
  'instances',
  'backups',
  'configurations',
  'schedules',
  'tokens',
  'flavors',
  'datastores',
  'hosts',
  'quotas',
]
const views = allViews.filter(({ view }) => names.includes(view)) as unknown as readonly Projection[]
/** Views of some aggregates hold other documents beside. */
const isOwn = ({ key }: DumpedDocument): boolean => !key.includes('/')

const logOf = (history: readonly { type: (typeof eventTypes)[number]; world: (typeof worlds)[number] }[]) => {
  const log = createEventLog()
  for (const { type, world } of history) log.add(type, world)
  return log
}

describe('the past', () => {
  it('is what a rebuild would show that ends at the moment, whatever happened before and since', () =>
    fc.assert(
      fc.asyncProperty(anyHistory, fc.nat(), async (history, cut) => {
        const log = logOf(history)
        const events = log.events()
        const last = cut % events.length
        const moment = events[last]?.metadata.at ?? ''
        for (const view of views) {
          const read = createPastReader(log, view, moment)
          const then = new Map(
            (await project(view, events.slice(0, last + 1), { deliveries: 1 })).map((each) => [each.key, each]),
          )
          for (const each of [...then.values(), ...(await project(view, events, { deliveries: 1 }))]) {
            if (isOwn(each)) expect(await read(each.key), view.view).toEqual(then.get(each.key)?.document ?? null)
          }
        }
      }),
      { numRuns: 40 },
    ))

  it('of an operation is folded from its own stream and that of its instance', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(), async (cut) => {
        const [world] = worlds as [(typeof worlds)[0]]
        const log = createEventLog()
        for (const type of [
          'InstanceRequested',
          'OperationStarted',
          'OperationStepStarted',
          'OperationSucceeded',
        ] as const) {
          log.add(type, world, {}, { correlationId: world.operationId })
        }
        const events = log.events()
        const last = cut % events.length
        const viewStore = createMemoryViewStore()
        const present = (await project(operationsView, events, { deliveries: 1 }))[0]?.document as OperationDocument
        const put = { kind: 'put', key: present.id, document: present, entries: [] } as const
        await viewStore.apply({
          view: 'operations',
          expected: -1,
          checkpoint: 9,
          mark: { log: null, event: null },
          writes: [put],
        })
        const at = createViewsAt({ ...quietKernel, viewStore, readAuditLog: async () => [], eventStore: log })
        const then = await project(operationsView, events.slice(0, last + 1), { deliveries: 1 })
        expect(await at(events[last]?.metadata.at ?? '').operation(present.id)).toEqual(then[0]?.document ?? null)
      }),
    ))

  it('has nothing of what was not there yet, and none of its lists', async () => {
    const [world] = worlds as [(typeof worlds)[0]]
    const log = createEventLog()
    log.add('InstanceRequested', world)
    const deps = { ...quietKernel, viewStore: createMemoryViewStore(), readAuditLog: async () => [], eventStore: log }
    const before = createViewsAt(deps)('2029-12-31T23:59:59.000Z')
    expect(await before.instance(world.instanceId)).toBeNull()
    await expect(async () => before.flavors({ first: 1 })).rejects.toThrow('no lists of the past')
  })
})
