import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { aggregateOf, aggregates, allCategories, type Category } from '../../../domain/aggregates.ts'
import { type CofferEvent, eventCatalogue } from '../../../domain/catalogue.ts'
import { type EventDefinitions, type RawEvent, tryDecodeEvent } from '../../../domain/event-definition.ts'
import { deepFreeze } from '../../support/spec.ts'

const folder = new URL('../../fixtures/events/', import.meta.url)
const fixtureNames = readdirSync(folder).sort()
const definitions: EventDefinitions = eventCatalogue

const readFixture = (name: string): RawEvent => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))

const decodeFixture = (name: string): CofferEvent => {
  const decoded = tryDecodeEvent(eventCatalogue, readFixture(name))
  if (!decoded.known) throw new Error(decoded.reason)
  return decoded.event
}

describe('stored events', () => {
  it('have one fixture for every type and version that may be in a log', () => {
    const wanted = Object.entries(definitions).flatMap(([type, { version }]) =>
      Array.from({ length: version }, (_, index) => `${type}.v${index + 1}.json`),
    )
    expect(fixtureNames).toEqual(wanted.sort())
  })

  it.each(fixtureNames)('%s says its own type and version', (name) => {
    const { type, version } = readFixture(name)
    expect(`${type}.v${version}.json`).toBe(name)
  })

  it.each(fixtureNames)('%s decodes to an event that fits the present schema exactly', (name) => {
    const event = decodeFixture(name)
    expect(definitions[event.type]?.schema.parse(event.data)).toStrictEqual(event.data)
  })
})

const categoryOf = (type: string): Category => {
  const category = allCategories.find((each) => Object.hasOwn(aggregates[each].events, type))
  if (!category) throw new Error(`${type} belongs to no aggregate`)
  return category
}

describe('evolve', () => {
  it.each(fixtureNames)('takes %s in any state that the other events of its stream can lead to', (name) => {
    const event = deepFreeze(decodeFixture(name))
    const decider = aggregateOf(categoryOf(event.type))
    const others = fixtureNames.map(decodeFixture).filter(({ type }) => categoryOf(type) === categoryOf(event.type))
    expect(() => decider.evolve(decider.initial, event)).not.toThrow()
    for (const first of others) {
      for (const second of others) {
        const state = deepFreeze(decider.evolve(decider.evolve(decider.initial, first), second))
        expect(() => decider.evolve(state, event)).not.toThrow()
      }
    }
  })
})
