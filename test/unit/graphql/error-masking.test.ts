import { GraphQLError } from 'graphql'
import { describe, expect, it } from 'vitest'
import { createErrorMasking } from '../../../graphql/pipeline/error-masking.ts'
import { createRecordingLog } from '../../support/write-side.ts'
import { createApiUnderTest, shop } from './api-under-test.ts'

const secret = 'the password of the store is hunter2'

describe('an error that nobody meant for the caller', () => {
  it('is told as nothing but a request id, under which the log has all of it', async () => {
    const { ask, scripted, lines } = createApiUnderTest()
    scripted.answer(() => {
      throw new Error(secret)
    })
    const query = 'mutation { stopInstance(input: { id: "01a203e8-d15c-7003-b72b-009708214fd6" }) { __typename } }'
    const reply = await ask(query, { headers: { 'x-request-id': 'find-me' } })
    expect(reply.status).toBe(500)
    expect(reply.errors).toEqual([
      {
        message: 'something went wrong on our side; the request id finds it in the log',
        path: ['stopInstance'],
        locations: expect.anything(),
        extensions: { code: 'INTERNAL_ERROR', retryable: false, requestId: 'find-me' },
      },
    ])
    const errors = lines.filter(({ level }) => level === 'error')
    expect(errors).toHaveLength(1)
    expect(errors[0]?.fields).toMatchObject({ requestId: 'find-me', operation: 'mutation', path: 'stopInstance' })
    expect(errors[0]?.fields).toHaveProperty('err.message', secret)
  })

  it('is masked where it is no error of a resolver, too', async () => {
    const { ask, put, putInstance } = createApiUnderTest()
    const instance = await putInstance(shop)
    // A document that breaks the schema's promise: a version must not be null.
    await put('instances', instance.id, { ...instance, version: null })
    const reply = await ask('query ($id: ID!) { instance(id: $id) { version } }', { variables: { id: instance.id } })
    expect(reply.errors[0]?.extensions.code).toBe('INTERNAL_ERROR')
    expect(reply.data).toEqual({ instance: null })
  })

  it('is masked where a value does not fit the schema, and the value with it', async () => {
    const { ask, put, putInstance } = createApiUnderTest()
    const instance = await putInstance(shop)
    await put('instances', instance.id, { ...instance, status: secret })
    const reply = await ask('query ($id: ID!) { instance(id: $id) { status } }', { variables: { id: instance.id } })
    expect(reply.errors[0]?.extensions.code).toBe('INTERNAL_ERROR')
    expect(JSON.stringify(reply.errors)).not.toContain(secret)
  })

  it('is masked where it ends a subscription', async () => {
    const watchInstance = async function* () {
      yield* []
      throw new Error(secret)
    }
    const { follow, putInstance, lines } = createApiUnderTest({ views: { watchInstance } })
    const { id } = await putInstance(shop)
    const { value } = await follow('subscription ($id: ID!) { instance(id: $id) { id } }', { variables: { id } }).next()
    expect(value?.errors[0]?.extensions).toMatchObject({ code: 'INTERNAL_ERROR', requestId: expect.any(String) })
    expect(JSON.stringify(value)).not.toContain(secret)
    expect(lines).toHaveLength(1)
    expect(lines[0]?.fields).toHaveProperty('err.message', secret)
  })

  it('is masked in subscriptions', async () => {
    const { follow, put, putInstance, lines } = createApiUnderTest()
    const instance = await putInstance(shop)
    const results = follow('subscription ($id: ID!) { instance(id: $id) { version } }', {
      variables: { id: instance.id },
    })
    expect((await results.next()).value?.data).toEqual({ instance: { version: '17.10' } })
    await put('instances', instance.id, { ...instance, version: null })
    const { value } = await results.next()
    expect(value?.errors[0]?.extensions).toMatchObject({ code: 'INTERNAL_ERROR', requestId: expect.any(String) })
    expect(lines.map(({ level }) => level)).toEqual(['error'])
    await results.return(undefined)
  })
})

describe('an error of the executor', () => {
  it('is masked when it arose at a place in the answer, though nobody threw it', () => {
    const { mask } = createErrorMasking(createRecordingLog().log)
    expect(mask(new GraphQLError(secret, { path: ['instance'] })).extensions.code).toBe('INTERNAL_ERROR')
    expect(mask(new GraphQLError('about the request')).message).toBe('about the request')
  })
})

describe('a store that is away', () => {
  it('is told as a reason to try again', async () => {
    const { ask, store, lines } = createApiUnderTest()
    await store.close()
    const reply = await ask('{ instances { nodes { id } } }')
    expect(reply.status).toBe(503)
    expect(reply.headers.get('retry-after')).toBe('1')
    expect(reply.errors[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(lines.map(({ level }) => level)).toEqual(['warn'])
  })
})

describe('an error about the request itself', () => {
  it('is told as it is', async () => {
    const { ask, lines } = createApiUnderTest()
    expect((await ask('{ nonsense }')).errors[0]?.message).toContain('Cannot query field "nonsense"')
    const wrongVariable = await ask('query ($id: ID!) { instance(id: $id) { id } }', { variables: {} })
    expect(wrongVariable.errors[0]?.message).toContain('$id')
    expect(wrongVariable.errors[0]?.extensions.code).toBe('BAD_REQUEST')
    const ambiguous = await ask('query A { viewer { subject } } query B { viewer { subject } }')
    expect(ambiguous.errors.map(({ extensions }) => extensions.code)).toEqual(['OPERATION_RESOLUTION_FAILURE'])
    expect(lines).toEqual([])
  })

  it('says which variable is wrong, where in it, and what is expected there', async () => {
    const { ask, lines } = createApiUnderTest()
    const create = 'mutation ($input: CreateInstanceInput!) { createInstance(input: $input) { __typename } }'
    const input = { name: 'shop', datastore: 'postgresql', volumeGiB: 1.5 }
    const wrongVolume = await ask(create, { variables: { input } })
    expect(wrongVolume.status).toBe(400)
    expect(wrongVolume.errors[0]?.message).toBe(
      'the variable $input.volumeGiB does not fit: expected Int (a whole number of up to 32 bits), found "1.5"',
    )
    const issue = 'mutation ($input: IssueTokenInput!) { issueToken(input: $input) { __typename } }'
    const wrongTime = { input: { name: 'ci', role: 'READER', expiresAt: 5 } }
    const { status, errors } = await ask(issue, { variables: wrongTime })
    expect({ status, code: errors[0]?.extensions.code }).toEqual({ status: 400, code: 'BAD_REQUEST' })
    expect(errors[0]?.message).toContain('$input.expiresAt')
    expect(errors[0]?.message).toContain('ISO 8601')
    expect(lines).toEqual([])
  })
})
