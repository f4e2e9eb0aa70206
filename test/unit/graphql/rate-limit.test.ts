import { describe, expect, it } from 'vitest'
import { bank, createApiUnderTest, shop } from './api-under-test.ts'

const query = '{ viewer { subject } }'
const mutation = 'mutation { stopInstance(input: { id: "x" }) { __typename } }'

describe('the rate limit', () => {
  it('refuses with 429 and says when to come back', async () => {
    const { ask, putToken } = createApiUnderTest({ limits: { requestsPerMinute: 2 } })
    const { token } = await putToken(shop, 'member')
    expect((await ask(query, { token })).status).toBe(200)
    expect((await ask(query, { token })).status).toBe(200)
    const refused = await ask(query, { token })
    expect(refused.status).toBe(429)
    expect(refused.data).toBeUndefined()
    expect(refused.errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryable: true })
    const seconds = Number(refused.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
  })

  it('is of the project, whichever of its tokens are used, and apart for each kind of operation', async () => {
    const { ask, putToken } = createApiUnderTest({ limits: { requestsPerMinute: 1 } })
    const [one, two, other] = [
      (await putToken(shop, 'member')).token,
      (await putToken(shop, 'reader')).token,
      (await putToken(bank, 'member')).token,
    ]
    expect((await ask(query, { token: one })).status).toBe(200)
    expect((await ask(query, { token: two })).status).toBe(429)
    expect((await ask(mutation, { token: one })).status).toBe(200)
    expect((await ask(mutation, { token: two })).status).toBe(429)
    expect((await ask(query, { token: other })).status).toBe(200)
  })

  it('counts every field at the top, so that aliases gain nothing', async () => {
    const { ask, putToken, scripted } = createApiUnderTest({ limits: { requestsPerMinute: 2 } })
    const { token } = await putToken(shop, 'member')
    const three =
      'mutation { a: deleteInstance(input: {id: "x"}) { __typename } b: deleteInstance(input: {id: "x"}) { __typename } c: deleteInstance(input: {id: "x"}) { __typename } }'
    expect((await ask(three, { token })).status).toBe(429)
    expect(scripted.requests).toEqual([])
  })

  it('counts what is refused for its size or syntax', async () => {
    const { ask, putToken } = createApiUnderTest({ limits: { requestsPerMinute: 1 } })
    const { token } = await putToken(shop, 'member')
    expect((await ask('{', { token })).errors[0]?.extensions.code).toBe('GRAPHQL_PARSE_FAILED')
    expect((await ask('{', { token })).status).toBe(429)
  })

  it('does not hold back admins', async () => {
    const { ask } = createApiUnderTest({ limits: { requestsPerMinute: 1 } })
    for (let count = 0; count < 5; count += 1) expect((await ask(query)).status).toBe(200)
  })

  it('is off at 0', async () => {
    const { ask, putToken } = createApiUnderTest({ limits: { requestsPerMinute: 0 } })
    const { token } = await putToken(shop, 'member')
    for (let count = 0; count < 5; count += 1) expect((await ask(query, { token })).status).toBe(200)
  })
})
