import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Catalogue, memoryFault, mostValues, valueFaults } from '../../../../domain/configuration/check-values.ts'
import { effectiveValues } from '../../../../domain/configuration/effective.ts'
import { noConfiguration } from '../../../../domain/instance/known.ts'
import { exampleParameter } from '../../../support/example-parameter.ts'

const postgresql: Catalogue = {
  datastore: 'postgresql',
  version: '17.10',
  parameters: [
    exampleParameter('work_mem', { min: 64, max: 2_147_483_647, unit: 'kB', default: '4096' }),
    exampleParameter('shared_buffers', { min: 16, max: 1_073_741_823, unit: '8kB', default: '16384', restart: true }),
    exampleParameter('statement_timeout', { min: 0, max: 2_147_483_647, unit: 'ms', default: '0' }),
    exampleParameter('random_page_cost', { type: 'number', min: 0, max: 1.797_693_1e308, default: '4' }),
    exampleParameter('enable_seqscan', { type: 'boolean', default: 'on' }),
    exampleParameter('wal_compression', { type: 'enum', values: ['pglz', 'on', 'off'], default: 'off' }),
    exampleParameter('search_path', { type: 'text', default: '"$user", public' }),
    exampleParameter('max_connections', { min: 1, max: 262_143, default: '100', restart: true }),
    exampleParameter('port', { min: 1, max: 65_535 }),
    exampleParameter('block_size', { readOnly: true }),
  ],
}
const faultsOf = (values: Record<string, string>) => valueFaults(postgresql, values).map(({ message }) => message)

describe('a value', () => {
  it.each([
    { work_mem: '64MB' },
    { work_mem: '64' },
    { shared_buffers: '128MB' },
    { statement_timeout: '1min' },
    { random_page_cost: '1.1' },
    { enable_seqscan: 'OFF' },
    { wal_compression: 'PGLZ' },
    { search_path: `a, "b'c\\d", ünï, 😀` },
  ])('that fits the catalogue is accepted: %o', (values) => {
    expect(faultsOf(values as unknown as Record<string, string>)).toEqual([])
  })

  it.each([
    [{ work_mem: 'banana' }, /^work_mem cannot be "banana": it takes a whole number of kB, or with a unit, from 64 to/],
    [{ work_mem: '63' }, /from 64/],
    [{ work_mem: '64mb' }, /with a unit/],
    [{ work_mem: '64ms' }, /with a unit/],
    [{ statement_timeout: '1MB' }, /with a unit/],
    [{ max_connections: '10.5' }, /a whole number/],
    [{ max_connections: '1e9' }, /from 1 to 262143/],
    [{ random_page_cost: 'NaN' }, /a number/],
    [{ enable_seqscan: 'maybe' }, /on or off/],
    [{ wal_compression: 'zstd' }, /one of pglz, on, off/],
    [{ search_path: 'a\nssl = off' }, /text in one line/],
    [{ search_path: '\u0000' }, /text in one line/],
    [{ port: '5432' }, /^port cannot be set: Coffer decides where the engine listens$/],
    [{ block_size: '8192' }, /does not take it/],
    [{ connections: '1' }, /has no parameter "connections"; there is max_connections$/],
    [{ 'work_mem = 1\nssl': 'off' }, /has no parameter/],
  ])('that does not is refused with what would be: %o', (values, message) => {
    const [fault, ...others] = valueFaults(postgresql, values as unknown as Record<string, string>)
    expect(fault?.message).toMatch(message)
    expect(fault?.field).toMatch(/^values\./)
    expect(others).toEqual([])
  })

  it('of any kind is accepted or refused, never thrown at, and all that is wrong is told at once', () => {
    const name = fc.oneof(
      fc.constantFrom(...postgresql.parameters.map((parameter) => parameter.name)),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'constructor', 'toString'),
    )
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double().map(String),
      fc.constantFrom('1e999', '-0', '0x10'),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 10 }), (pairs) => {
        const values = Object.fromEntries(pairs)
        const faults = valueFaults(postgresql, values)
        expect(faults.length).toBeLessThanOrEqual(Object.keys(values).length)
        const refused = new Set(faults.map(({ details }) => details?.parameter))
        for (const [accepted, text] of Object.entries(values)) {
          if (refused.has(accepted) || refused.size > 0) continue
          expect(postgresql.parameters.some((parameter) => parameter.name === accepted)).toBe(true)
          expect([...text].every((character) => character >= ' ')).toBe(true)
        }
      }),
    )
  })

  it('is one of at most so many', () => {
    const many = Object.fromEntries(Array.from({ length: mostValues + 1 }, (_, index) => [`p${index}`, '1']))
    expect(faultsOf(many)).toEqual([expect.stringMatching(/201 values are too many/)])
  })
})

describe('memory that the engine takes at once', () => {
  it('leaves room for its sessions', () => {
    expect(memoryFault(postgresql, { shared_buffers: '800MB' }, 1024)).toBeNull()
    expect(memoryFault(postgresql, { work_mem: '4GB' }, 1024)).toBeNull()
    expect(memoryFault(postgresql, { shared_buffers: '2GB' }, 1024)?.message).toMatch(/2048 MiB at once.* 819 MiB/)
    expect(memoryFault(postgresql, { shared_buffers: '262144' }, 1024)?.message).toMatch(/2048 MiB/)
  })
})

describe('the values that an instance has', () => {
  const resources = { vcpus: 1, memoryMiB: 1024, volumeGiB: 1 }
  const valuesOf = (values: Record<string, string>, effective: Record<string, string>) =>
    Object.fromEntries(
      effectiveValues(
        {
          datastore: 'postgresql',
          version: '17.10',
          resources,
          configuration: { ...noConfiguration, values, effective },
        },
        postgresql.parameters,
      ).map(({ parameter, value, source, pending }) => [parameter.name, [value, source, pending]]),
    )

  it('come from the group, from Coffer, or from the engine', () => {
    expect(valuesOf({ work_mem: '64MB' }, { work_mem: '64MB' })).toMatchObject({
      work_mem: ['64MB', 'GROUP', undefined],
      shared_buffers: ['262144kB', 'COFFER', undefined],
      enable_seqscan: ['on', 'ENGINE', undefined],
    })
  })

  it('are others after a restart where a value waits for it, or for its end', () => {
    expect(valuesOf({ shared_buffers: '128MB' }, {})).toMatchObject({ shared_buffers: ['262144kB', 'COFFER', '128MB'] })
    expect(valuesOf({}, { shared_buffers: '128MB' })).toMatchObject({ shared_buffers: ['128MB', 'GROUP', '262144kB'] })
  })
})
