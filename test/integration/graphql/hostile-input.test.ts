import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql'
import { afterEach, describe, expect, it } from 'vitest'
import { createSchema } from '../../../graphql/schema.ts'
import { startApiOnPlane } from '../../support/api-on-plane.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import type { Reply } from '../../unit/graphql/api-client.ts'

const dir = createTempDir('hostile-input')
const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const hostileNumbers = [-1, 0, -2_147_483_648, 2_147_483_647]
const hostileTexts = [
  '',
  ' ',
  '\u0000',
  'a\nb',
  '\u202eabc',
  '\ud800',
  '👩‍👩‍👧',
  'x'.repeat(100_000),
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '../../etc/passwd',
  "'; drop table events; --",
  '%00',
  '-1',
  '1e999',
  '0000-00-00T00:00:00Z',
  '2099-12-31T23:59:59+99:99',
]

/** What each field is given where another one is tried: sound, so that the one that is tried is what is looked at. */
const sound: Readonly<Record<string, unknown>> = {
  id: '01a20000-0000-7000-8000-000000000000',
  projectId: 'shop',
  name: 'orders',
  datastore: 'postgresql',
  version: '17.10',
  type: 'postgresql',
  flavor: 'small',
  expiresAt: '2099-01-01T00:00:00.000Z',
  description: 'a text',
  password: 'correct horse battery staple',
  databases: [],
  users: [],
}

const mutations = createSchema().getMutationType()?.getFields() ?? {}
const inputOf = (mutation: string): GraphQLInputObjectType => {
  const [argument] = mutations[mutation]?.args ?? []
  const type = argument && getNullableType(argument.type)
  if (!type || !isInputObjectType(type)) throw new Error(`${mutation} takes no input`)
  return type
}

const soundValue = (type: GraphQLInputType, name: string): unknown => {
  const whole = getNullableType(type)
  if (isListType(whole)) return []
  if (isInputObjectType(whole)) return soundObject(whole)
  if (isEnumType(whole)) return whole.getValues()[0]?.name
  if (String(whole) === 'Int') return 1
  if (String(whole) === 'Boolean') return true
  return sound[name] ?? 'sound'
}

/** Only what is required. */
const soundObject = (type: GraphQLInputObjectType): Record<string, unknown> =>
  Object.fromEntries(
    Object.values(type.getFields())
      .filter((field) => isNonNullType(field.type))
      .map((field) => [field.name, soundValue(field.type, field.name)]),
  )

/** Nothing in it moves a cursor or hides. */
const isReadable = (text: string): boolean => !/\p{Cc}|\p{Cf}/u.test(text)

type Attempt = { readonly field: string; readonly input: Record<string, unknown> }

/** The input with each of its fields in turn, those of objects in lists as well, as hostile as its type allows. */
const attemptsOn = (type: GraphQLInputObjectType): readonly Attempt[] =>
  Object.values(type.getFields()).flatMap((field) =>
    hostileValuesOf(field).map(([path, value]) => ({
      field: path,
      input: { ...soundObject(type), [field.name]: value },
    })),
  )

const hostileValuesOf = ({ name, type }: GraphQLInputField): readonly (readonly [string, unknown])[] => {
  const whole = getNullableType(type)
  if (isListType(whole)) {
    const item = getNullableType(whole.ofType)
    const many = Array.from({ length: 900 }, () => soundValue(item, name))
    if (!isInputObjectType(item)) {
      return [...leafValues(item).map((value) => [name, [value]] as const), [name, many]]
    }
    const inner = attemptsOn(item).map(({ field, input }) => [`${name}[0].${field}`, [input]] as const)
    return [...inner, [name, many]]
  }
  if (isInputObjectType(whole)) {
    return attemptsOn(whole).map(({ field, input }) => [`${name}.${field}`, input] as const)
  }
  return leafValues(whole).map((value) => [name, value] as const)
}

const leafValues = (type: GraphQLInputType): readonly unknown[] => {
  if (String(type) === 'Int') return hostileNumbers
  return ['String', 'ID', 'DateTime'].includes(String(type)) ? hostileTexts : []
}

const query = (mutation: string): string =>
  `mutation ($input: ${inputOf(mutation).name}!) { result: ${mutation}(input: $input) { __typename ... on Refusal { code message field } } }`

describe('every field of every mutation', () => {
  it.each(Object.keys(mutations))(
    'of %s bears hostile values: accepted, or refused with a reason',
    async (mutation) => {
      const { ask, lines } = await startApiOnPlane(dir.next(), cleanups)
      const attempts = attemptsOn(inputOf(mutation))
      expect(attempts.length).toBeGreaterThan(0)
      const faults: unknown[] = []
      const found = ({ field, input }: Attempt, reply: Reply): void => {
        const { status, data, errors } = reply
        const refusal = data?.result?.__typename === 'Refusal' ? data.result : null
        const said = JSON.stringify([errors, refusal])
        const answered = status === 200 && errors.length === 0 && data?.result
        const badRequest = status === 400 && errors.every(({ extensions }) => extensions.code === 'BAD_REQUEST')
        if ((!answered && !badRequest) || said.length > 4000 || !isReadable(refusal?.message ?? ''))
          faults.push({ field, value: JSON.stringify(input).slice(0, 120), status, said: said.slice(0, 300) })
      }
      for (const attempt of attempts)
        found(attempt, await ask(query(mutation), { variables: { input: attempt.input } }))
      expect(faults).toEqual([])
      expect(lines.filter(({ level }) => level === 'error')).toEqual([])
    },
  )

  it.each([
    ['setQuota', 'instances'],
    ['setQuota', 'vcpus'],
    ['setQuota', 'memoryMiB'],
    ['setQuota', 'volumeGiB'],
    ['defineFlavor', 'vcpus'],
    ['defineFlavor', 'memoryMiB'],
    ['createInstance', 'volumeGiB'],
  ])('%s with %s of -1 is refused, naming the field, the value and what is accepted', async (mutation, field) => {
    const { ask } = await startApiOnPlane(dir.next(), cleanups)
    const choice = mutation === 'createInstance' && { datastore: 'postgresql' }
    const input = { ...soundObject(inputOf(mutation)), ...choice, [field]: -1 }
    const { data } = await ask(query(mutation), { variables: { input } })
    expect(data.result).toMatchObject({ code: 'INVALID_INPUT', field, message: expect.stringContaining('-1') })
  })

  it('createInstance without a datastore says to name one, or a backup', async () => {
    const { ask } = await startApiOnPlane(dir.next(), cleanups)
    const { data } = await ask(query('createInstance'), { variables: { input: { name: 'shop' } } })
    expect(data.result).toEqual({
      __typename: 'Refusal',
      code: 'INVALID_INPUT',
      message: 'name a datastore, or a backup that it is to be made of; the datastores on offer are: postgresql',
      field: 'datastore',
    })
  })
})
