import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregates, allCategories } from '../../../domain/aggregates.ts'
import { eventCatalogue } from '../../../domain/catalogue.ts'
import { readProjected } from '../../../projections/projection.ts'
import { allViews, viewNames } from '../../../projections/registry.ts'
import { createEventLog } from '../../support/event-log.ts'
import { eventTypes, exampleWorld } from '../../support/example-events.ts'
import { project } from '../../support/projection-spec.ts'

/** Which event types a view takes. The compiler asks for each to be named in its projection; this shows what was decided. */
const takenBy = (view: string): readonly string[] => {
  const projection = allViews.find((candidate) => candidate.view === view)
  const log = createEventLog()
  for (const type of eventTypes) log.add(type, exampleWorld())
  return readProjected(log.events())
    .filter((event) => projection?.keysOf(event).length !== 0)
    .map(({ type }) => type)
}

describe('every event type', () => {
  it('belongs to a category that projections know', () => {
    const known = Object.values(aggregates).flatMap(({ events }) => Object.keys(events))
    expect(known.sort()).toEqual(Object.keys(eventCatalogue).sort())
  })

  it('is in the audit log', () => {
    expect(takenBy('events')).toEqual(eventTypes)
  })

  it('of an aggregate with a view of its own is in that view', () => {
    const own = {
      instances: 'Instance',
      hosts: 'Host',
      flavors: 'Flavor',
      datastores: 'Datastore',
      parameters: 'Parameters',
      configurations: 'Configuration',
      tokens: 'Token',
      'dead-letters': 'DeadLetter',
    }
    // Keys are for the write side: nobody looks them up. Answers are for agents.
    const hidden = ['HostSealingKeysOffered', 'HostSealingKeyTaken', 'HostRegistrationAnswered']
    const shown = eventTypes.filter((type) => !hidden.includes(type))
    for (const [view, prefix] of Object.entries(own)) {
      expect(takenBy(view), view).toEqual(shown.filter((type) => type.startsWith(prefix)))
    }
    expect(takenBy('unreadable')).toEqual(['EventExcluded'])
    // The first event of a project, whatever it is, begins its history.
    expect(takenBy('quotas')).toEqual(
      eventTypes.filter((type) => /^(ProjectNameHeld|ProjectBackup|ProjectQuota|Quota)/.test(type)),
    )
    expect(takenBy('operations')).toEqual(
      eventTypes.filter((type) => /^Operation/.test(type) || /^Instance(\w+)?Requested$/.test(type)),
    )
  })
})

describe('the projections', () => {
  it('are all that are defined, each under a name of its own', () => {
    const folder = new URL('../../../projections/views/', import.meta.url)
    const defined = readdirSync(folder).filter((name) =>
      readFileSync(new URL(name, folder), 'utf8').includes('= defineView('),
    )
    expect(defined).toHaveLength(allViews.length)
    expect(new Set(viewNames).size).toBe(allViews.length)
  })

  it('name the categories whose events they take', () => {
    for (const { view, categories } of allViews) {
      const types: readonly string[] = categories.flatMap((category) => Object.keys(aggregates[category].events))
      expect(types, view).toEqual(expect.arrayContaining([...takenBy(view)]))
      expect(allCategories).toEqual(expect.arrayContaining([...categories]))
    }
  })

  const anyEvent = fc.record({ type: fc.constantFrom(...eventTypes), world: fc.integer({ min: 1, max: 3 }) })

  it('bear every history, in whatever batches, and each event twice, with the same documents', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(anyEvent, { maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        async (history, batchSize) => {
          const log = createEventLog()
          for (const { type, world } of history) log.add(type, exampleWorld(world))
          for (const projection of allViews) {
            const oneByOne = await project(projection, log.events(), { deliveries: 1 })
            expect(await project(projection, log.events(), { deliveries: 1, batchSize })).toEqual(oneByOne)
            expect(await project(projection, log.events(), { deliveries: 2, batchSize })).toEqual(oneByOne)
          }
        },
      ),
      { numRuns: 100 },
    ))
})
