import { describe, expect, it } from 'vitest'
import { tryCategory } from '../../../domain/aggregates.ts'
import { concernOf, placesToReach } from '../../../projections/concerns.ts'
import { readProjected } from '../../../projections/projection.ts'
import { allViews } from '../../../projections/registry.ts'
import { createEventLog } from '../../support/event-log.ts'
import { eventTypes, exampleWorld } from '../../support/example-events.ts'

describe('the views that show what a command wrote', () => {
  it('are those of its categories, each up to the last event that is its own', () => {
    expect(Object.fromEntries(placesToReach(allViews, { flavor: 4 }))).toEqual({ flavors: 4, events: 4 })
    const views = Object.fromEntries(placesToReach(allViews, { project: 7, instance: 9 }))
    expect(views).toMatchObject({ quotas: 7, instances: 9, events: 9 })
    expect(Object.keys(views)).not.toContain('flavors')
  })

  it('are none for nothing', () => {
    expect(placesToReach(allViews, {})).toEqual([])
  })

  it.each(eventTypes)('are all that %s changes, and are told of it at once', (type) => {
    const log = createEventLog()
    log.add(type, exampleWorld())
    const events = readProjected(log.events())
    expect(events).toHaveLength(1)
    for (const event of events) {
      const category = tryCategory(event.stream)
      const waitedFor = placesToReach(allViews, category === null ? {} : { [category]: event.position }).map(
        ([view]) => view,
      )
      const changed = allViews.filter(({ keysOf }) => keysOf(event).length > 0)
      expect(waitedFor).toEqual(expect.arrayContaining(changed.map(({ view }) => view)))
      // What is waited for is never left to rest.
      const resting = allViews.filter((projection) => !concernOf(projection)(event)).map(({ view }) => view)
      expect(resting.filter((view) => waitedFor.includes(view))).toEqual([])
      expect(resting.length).toBeGreaterThan(0)
    }
  })
})
