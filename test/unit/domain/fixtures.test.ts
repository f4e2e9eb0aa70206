import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type CofferEvent, eventCatalogue } from '../../../domain/catalogue.ts'
import { datastore } from '../../../domain/datastore/index.ts'
import { deadLetter } from '../../../domain/dead-letter/index.ts'
import type { Decider } from '../../../domain/decider.ts'
import { type EventDefinitions, type RawEvent, tryDecodeEvent } from '../../../domain/event-definition.ts'
import { exclusion } from '../../../domain/exclusion/index.ts'
import { flavor } from '../../../domain/flavor/index.ts'
import { host } from '../../../domain/host/index.ts'
import { instance } from '../../../domain/instance/index.ts'
import { operation } from '../../../domain/operation/index.ts'
import { project } from '../../../domain/project/index.ts'
import { request } from '../../../domain/request/index.ts'
import { token } from '../../../domain/token/index.ts'
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

type AnyDecider = Decider<unknown, never, CofferEvent>

// A stream holds events of its own aggregate alone; a fold over all of them together asks more than will ever happen.
const deciders = {
  instance,
  operation,
  project,
  host,
  flavor,
  datastore,
  token,
  request,
  deadLetter,
  exclusion,
} as unknown as Readonly<Record<string, AnyDecider>>
const categoryOf = (type: string): string => {
  const word = /^[A-Z][a-z]+/.exec(type)?.[0].toLowerCase() ?? ''
  return { quota: 'project', guest: 'operation', dead: 'deadLetter', event: 'exclusion' }[word] ?? word
}

describe('evolve', () => {
  it.each(fixtureNames)('takes %s in any state that the other events of its stream can lead to', (name) => {
    const event = deepFreeze(decodeFixture(name))
    const decider = deciders[categoryOf(event.type)]
    if (!decider) throw new Error(`${event.type} belongs to no decider`)
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
