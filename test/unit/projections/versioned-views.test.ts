import { describe, expect, it } from 'vitest'
import { aggregates } from '../../../domain/aggregates.ts'
import { allViews } from '../../../projections/registry.ts'
import { type ReadableEvents, versionedName } from '../../../projections/versioned-views.ts'
import { eventsView } from '../../../projections/views/events.ts'
import { flavorsView } from '../../../projections/views/flavors.ts'
import { operationsView } from '../../../projections/views/operations.ts'
import { unreadableView } from '../../../projections/views/unreadable.ts'

/** What a later program can read: guest commands of a version that this one cannot. */
const later: ReadableEvents = {
  ...aggregates,
  operation: { events: { ...aggregates.operation.events, GuestCommandIssued: { version: 2 } } },
}

describe('the name of a view in a store that outlives the program', () => {
  it('differs between programs that can read different events of its categories', () => {
    for (const projection of [unreadableView, eventsView, operationsView]) {
      expect(versionedName(projection), projection.view).not.toBe(versionedName(projection, later))
    }
    expect(versionedName(flavorsView)).toBe(versionedName(flavorsView, later))
  })

  it('differs between programs of which one knows an event type that the other does not', () => {
    const more = { ...aggregates, flavor: { events: { ...aggregates.flavor.events, FlavorRenamed: { version: 1 } } } }
    expect(versionedName(flavorsView)).not.toBe(versionedName(flavorsView, more))
  })

  it('says which view and which version of it', () => {
    for (const projection of allViews) {
      expect(versionedName(projection)).toMatch(new RegExp(`^${projection.view}-v${projection.version}-[0-9a-f]{8}$`))
    }
  })
})
