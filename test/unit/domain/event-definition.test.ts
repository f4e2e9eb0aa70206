import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineEvent, tryDecodeEvent } from '../../../domain/event-definition.ts'

/** A type that has been changed twice: a name was split, then a nickname was added. */
const definitions = {
  PersonMet: defineEvent(
    3,
    z.object({ givenName: z.string(), familyName: z.string(), nickname: z.string().nullable() }),
    {
      1: ({ name }: { name: string }) => {
        const [givenName = '', familyName = ''] = name.split(' ')
        return { givenName, familyName }
      },
      2: (data: { givenName: string; familyName: string }) => ({ ...data, nickname: null }),
    },
  ),
}

const decode = (version: number, data: unknown, type = 'PersonMet') =>
  tryDecodeEvent(definitions, { type, version, data })

describe('decoding a stored event', () => {
  it('takes the present version as it is', () => {
    const data = { givenName: 'Ada', familyName: 'Lovelace', nickname: 'A' }
    expect(decode(3, data)).toEqual({ known: true, event: { type: 'PersonMet', data } })
  })

  it('brings the version before up one step', () => {
    expect(decode(2, { givenName: 'Ada', familyName: 'Lovelace' })).toEqual({
      known: true,
      event: { type: 'PersonMet', data: { givenName: 'Ada', familyName: 'Lovelace', nickname: null } },
    })
  })

  it('brings the oldest version up through every step between', () => {
    const decoded = decode(1, { name: 'Ada Lovelace' })
    expect(decoded).toEqual({
      known: true,
      event: { type: 'PersonMet', data: { givenName: 'Ada', familyName: 'Lovelace', nickname: null } },
    })
    if (decoded.known) expect(definitions.PersonMet.schema.safeParse(decoded.event.data).success).toBe(true)
  })

  it('stops at a version that a newer program wrote', () => {
    expect(decode(4, {})).toEqual({ known: false, reason: 'PersonMet version 4 is newer than 3' })
  })

  it('stops at a version that never was', () => {
    expect(decode(0, {})).toEqual({ known: false, reason: 'PersonMet has no upcast from version 0' })
  })

  it('stops at a type it does not know, also one that every object has', () => {
    expect(decode(1, {}, 'PersonForgotten')).toEqual({ known: false, reason: 'unknown event type PersonForgotten' })
    expect(decode(1, {}, 'toString')).toEqual({ known: false, reason: 'unknown event type toString' })
  })
})

describe('defining an event', () => {
  it('is refused when a step from an older version is missing', () => {
    expect(() => defineEvent(3, z.object({}), { 1: () => ({}) })).toThrow('no upcast from version 2')
  })
})
