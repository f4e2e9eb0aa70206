import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventCatalogue } from '../../../domain/catalogue.ts'
import type { EventDefinitions } from '../../../domain/event-definition.ts'
import { compileExactFit } from '../../../domain/exact-fit.ts'
import { metadataSchema } from '../../../domain/metadata.ts'
import { at, commandId, instanceId, operationId, projectId, tokenId } from './samples.ts'

const definitions: EventDefinitions = eventCatalogue

const metadata = {
  eventId: commandId(7),
  at: at(1),
  actor: { kind: 'user', subject: 'ann', projectId, roles: ['member'], tokenId: tokenId() },
  commandId: commandId(),
  correlationId: operationId(),
  projectId,
  instanceId: instanceId(),
  causationId: commandId(),
}

const folder = new URL('../../fixtures/events/', import.meta.url)
const fixtures = readdirSync(folder).map((name) => {
  const { type, version, data } = JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
  return { type, version, data }
})
const presentData = fixtures.filter(({ type, version }) => definitions[type]?.version === version)

/** What may stand in the place of anything in a store that others write to. */
const odd = [
  ...[
    null,
    true,
    0,
    -1,
    1,
    0.5,
    65_536,
    1e300,
    2 ** 53,
    '',
    'x',
    '2026-02-30T00:00:00.000Z',
    [],
    [null],
    {},
    { kind: 'x' },
  ],
  ...[commandId(9), commandId(9).toUpperCase(), '00000000-0000-0000-0000-000000000000', at(5), ` ${commandId()}`],
]

/** The value with one part replaced, left out or added, in every way. */
function* altered(value: unknown): Generator<unknown> {
  yield* odd
  if (Array.isArray(value)) {
    for (const [index, part] of value.entries()) for (const other of altered(part)) yield value.with(index, other)
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, another: 1 }
    for (const [key, part] of Object.entries(value)) {
      const { [key]: _, ...rest } = value as Record<string, unknown>
      yield rest
      yield { ...value, [key]: undefined }
      for (const other of altered(part)) yield { ...value, [key]: other }
    }
  }
}

/** How many values fit, of all that were tried. */
const agreeOn = (schema: z.ZodType, values: Iterable<unknown>): number => {
  const fits = compileExactFit(schema)
  let fitting = 0
  for (const value of values) {
    if (!fits?.(value)) continue
    fitting += 1
    expect(schema.safeParse(value)).toStrictEqual({ success: true, data: value })
  }
  return fitting
}

describe('an exact fit', () => {
  it.each(Object.keys(definitions))('is known for what %s holds, so that reading it need not parse', (type) => {
    expect(definitions[type]?.fits).not.toBeNull()
  })

  it.each(presentData)('is what the schema of $type takes and gives back unchanged', ({ type, data }) => {
    const definition = definitions[type]
    expect(definition?.fits?.(data)).toBe(true)
    agreeOn(definition?.schema ?? z.never(), altered(data))
  })

  it('is what the schema of metadata takes and gives back unchanged', () => {
    expect(compileExactFit(metadataSchema)?.(metadata)).toBe(true)
    // Without what is optional, with other ids, times, names and roles.
    expect(agreeOn(metadataSchema, altered(metadata))).toBeGreaterThan(20)
  })

  it('takes anything where the schema does, and asks it where that is missing', () => {
    const schema = z.object({ id: z.uuid(), data: z.unknown() })
    expect(compileExactFit(schema)?.({ id: commandId(), data: { a: [null] } })).toBe(true)
    expect(compileExactFit(schema)?.({ id: commandId() })).toBe(false)
    agreeOn(schema, altered({ id: commandId(), data: { a: 1 } }))
  })

  it('says no to the same text under a stricter pattern, whatever it said before', () => {
    const [loose, strict] = [compileExactFit(z.string().regex(/^a/)), compileExactFit(z.string().regex(/^ab$/))]
    expect([loose?.('abc'), strict?.('abc'), strict?.('ab'), strict?.('abc')]).toEqual([true, false, true, false])
  })

  it.each([
    ['a text that is changed', z.string().trim()],
    ['a number that is made from a text', z.coerce.number()],
    ['a default', z.object({ a: z.string().default('b') })],
    ['a condition in code', z.object({ a: z.string() }).refine(() => false)],
    ['a length', z.string().min(2)],
    ['an array of a certain length', z.array(z.string()).max(1)],
    ['a multiple', z.number().multipleOf(2)],
    ['a record of an enumeration', z.record(z.enum(['a', 'b']), z.string())],
    [
      'a union of objects that nothing tells apart',
      z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    ],
  ])('is never claimed for %s', (_, schema) => {
    const fits = compileExactFit(schema)
    expect(fits === null || !fits({ a: 'x', b: 'y' })).toBe(true)
    agreeOn(schema, altered({ a: 'x', b: 'y' }))
  })
})
