import fc from 'fast-check'
import { escapeLiteral } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EngineInstance } from '../../../agent/engines/engine.ts'
import { valueFaults } from '../../../domain/configuration/check-values.ts'
import type { Parameter } from '../../../domain/values/parameter.ts'
import { type Bench, bound, createBench, inspect } from './bench.ts'

let bench: Bench
let instance: EngineInstance
let parameters: readonly Parameter[]
/** Those that a session may set, so that the engine itself can be asked about a value. */
let ofSession: readonly Parameter[]
beforeAll(async () => {
  bench = await createBench()
  const [newest] = await bench.installations()
  if (newest === undefined) throw new Error('no PostgreSQL is installed: npm install brings it')
  instance = await bench.prepare(newest)
  await bench.start(instance)
  parameters = await bench.driver.readParameters(instance, bound())
  const rows = await inspect(instance, "SELECT name FROM pg_settings WHERE context IN ('user', 'superuser')")
  const names = new Set(rows.map(({ name }) => String(name)))
  // How deep the stack may be is known to the host alone.
  ofSession = parameters.filter(({ name, type }) => names.has(name) && type !== 'text' && name !== 'max_stack_depth')
})
afterAll(() => bench.close())

const faults = (values: Readonly<Record<string, string>>) =>
  valueFaults({ datastore: 'postgresql', version: instance.installation.version, parameters }, values)

const around = (bound: number | null): fc.Arbitrary<string> =>
  fc.integer({ min: -2, max: 2 }).map((step) => String((bound ?? 0) + step))

const valuesOf = ({ type, min, max, values }: Parameter): fc.Arbitrary<string> => {
  const wild = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('', ' ', 'on', '0', '-1', '1e3', '0x10', 'NaN', 'nul\0', 'a\nb'),
  )
  if (type === 'boolean')
    return fc.oneof(fc.constantFrom('on', 'OFF', 'true', 'no', '1', '2', 'of', 'tr', 'maybe'), wild)
  if (type === 'enum' || type === 'set') return fc.oneof(fc.constantFrom(...(values ?? ['on'])), wild)
  const amount = fc.oneof(
    around(min),
    around(max),
    fc.integer({ min: 0, max: 100_000 }).map(String),
    fc.double({ min: 0, max: 1e6, noNaN: true }).map(String),
  )
  const unit = fc.constantFrom(
    '',
    '',
    '',
    'kB',
    'MB',
    'GB',
    'TB',
    'B',
    'kb',
    'ms',
    's',
    'min',
    'h',
    'd',
    'us',
    ' MB',
    'MB ',
    'x',
  )
  return fc.oneof(
    fc.tuple(amount, unit).map((parts) => parts.join('')),
    wild,
  )
}

describe('a value of a parameter', () => {
  it('that the check takes, the engine takes', async () => {
    const samples = ofSession.flatMap((parameter) =>
      fc.sample(valuesOf(parameter), { numRuns: 12, seed: 7 }).map((value) => ({ name: parameter.name, value })),
    )
    const taken = samples.filter(({ name, value }) => faults({ [name]: value }).length === 0)
    expect(taken.length).toBeGreaterThan(ofSession.length)
    const asked = taken.map(({ name, value }) => `(${escapeLiteral(name)}, ${escapeLiteral(value)})`).join(', ')
    const refused = await inspect(
      instance,
      `CREATE TABLE refused (name text, value text, why text);
       DO $$
         DECLARE name text; value text;
         BEGIN
           FOR name, value IN VALUES ${asked} LOOP
             BEGIN
               PERFORM set_config(name, value, true);
               RAISE EXCEPTION USING ERRCODE = 'CF000';
             EXCEPTION
               WHEN SQLSTATE 'CF000' THEN NULL;
               WHEN OTHERS THEN INSERT INTO refused VALUES (name, value, SQLERRM);
             END;
           END LOOP;
         END $$`,
    ).then(() => inspect(instance, 'TABLE refused'))
    expect(refused).toEqual([])
  })

  it('that is of more than one line, or has a control character, is never taken', () => {
    const breaking = fc.tuple(
      fc.string(),
      fc.constantFrom('\n', '\r', '\0', '\u001b', '\u2028', '\u0085', '\ud800'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.constantFrom(...parameters), breaking, ({ name }, parts) => {
        expect(faults({ [name]: parts.join('') })).toHaveLength(1)
      }),
    )
  })
})
