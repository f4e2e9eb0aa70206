import { describe, expect, it } from 'vitest'
import { aggregates } from '../../../domain/aggregates.ts'
import { allProjections } from '../../../projections/all-projections.ts'
import { type ReadableEvents, versionedName } from '../../../projections/versioned-views.ts'
import { eventsProjection } from '../../../projections/views/events.ts'
import { flavorsProjection } from '../../../projections/views/flavors.ts'
import { operationsProjection } from '../../../projections/views/operations.ts'
import { unreadableProjection } from '../../../projections/views/unreadable.ts'

/** What a later program can read: guest commands of a version that this one cannot. */
const later: ReadableEvents = {
  ...aggregates,
  operation: { events: { ...aggregates.operation.events, GuestCommandIssued: { version: 2 } } },
}

describe('the name of a view in a store that outlives the program', () => {
  it('differs between programs that can read different events of its categories', () => {
    for (const projection of [unreadableProjection, eventsProjection, operationsProjection]) {
      expect(versionedName(projection), projection.view).not.toBe(versionedName(projection, later))
    }
    expect(versionedName(flavorsProjection)).toBe(versionedName(flavorsProjection, later))
  })

  it('differs between programs of which one knows an event type that the other does not', () => {
    const more = { ...aggregates, flavor: { events: { ...aggregates.flavor.events, FlavorRenamed: { version: 1 } } } }
    expect(versionedName(flavorsProjection)).not.toBe(versionedName(flavorsProjection, more))
  })

  it('says which view and which version of it', () => {
    for (const projection of allProjections) {
      expect(versionedName(projection)).toMatch(new RegExp(`^${projection.view}-v${projection.version}-[0-9a-f]{8}$`))
    }
  })
})
