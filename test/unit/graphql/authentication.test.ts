import { describe, expect, it } from 'vitest'
import { parseProjectId } from '../../../domain/ids.ts'
import { adminToken, createApiUnderTest, shop } from './api-under-test.ts'

const whoami = '{ viewer { subject projectId roles } }'

describe('a token', () => {
  it('of the operator is an admin of the configured project', async () => {
    const { ask } = createApiUnderTest({ auth: { adminProject: parseProjectId('operations') } })
    const { data } = await ask(whoami)
    expect(data.viewer).toEqual({ subject: 'admin', projectId: 'operations', roles: ['ADMIN'] })
  })

  it('of the operator may be another one from one request to the next, and ends what the former opened', async () => {
    let tokens = [adminToken]
    const { ask, follow, putInstance } = createApiUnderTest({
      auth: { adminTokens: () => tokens },
      config: { revalidateTokenMs: 10 },
    })
    const { id } = await putInstance(shop)
    const status = async (token: string) => (await ask(whoami, { token })).status
    const other = 'the-operators-other-token'
    tokens = [other, adminToken]
    expect([await status(adminToken), await status(other)]).toEqual([200, 200])
    const states = follow('subscription ($id: ID!) { instance(id: $id) { id } }', { variables: { id } })
    expect((await states.next()).value?.data.instance.id).toBe(id)
    tokens = [other]
    expect([await status(adminToken), await status(other)]).toEqual([401, 200])
    expect((await states.next()).value?.errors[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  it('that was issued stands for its project and role', async () => {
    const { ask, putToken } = createApiUnderTest()
    const { token, document } = await putToken(shop, 'reader')
    const { data } = await ask(whoami, { token })
    expect(data.viewer).toEqual({ subject: `token:${document.id}`, projectId: 'shop', roles: ['READER'] })
  })

  it('is taken until the moment it expires', async () => {
    let now = Date.parse('2025-03-01T12:00:00.000Z')
    const { ask, putToken } = createApiUnderTest({ now: () => now })
    const { token } = await putToken(shop, 'member', { expiresAt: '2025-03-01T12:00:01.000Z' })
    expect((await ask(whoami, { token })).status).toBe(200)
    now = Date.parse('2025-03-01T12:00:01.000Z')
    expect((await ask(whoami, { token })).status).toBe(401)
  })

  it('is refused in one way, whatever is wrong with it', async () => {
    const { ask, putToken } = createApiUnderTest()
    const good = await putToken(shop, 'member')
    const expired = await putToken(shop, 'member', { expiresAt: '2020-01-01T00:00:00.000Z' })
    const revoked = await putToken(shop, 'member', { revoked: true })
    const unknown = await putToken(shop, 'member')
    const answers = await Promise.all(
      [
        null,
        '',
        'x',
        `${adminToken} `.trim().slice(1),
        expired.token,
        revoked.token,
        unknown.token.replace(unknown.document.id, '00000000-0000-7000-8000-000000000000'),
        good.token.replace(/.{4}$/, 'AAAA'),
        `${good.token}A`,
        good.token.toUpperCase(),
        'coffer__',
        'coffer_not-a-uuid_secret',
        'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.',
        'x'.repeat(100_000),
      ].map(async (token) => {
        const { status, errors, data, headers } = await ask(whoami, { token })
        return { status, errors, data, challenge: headers.get('www-authenticate') }
      }),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
    expect(answers[0]?.challenge).toBe('Bearer realm="coffer"')
    expect((await ask(whoami, { token: good.token })).status).toBe(200)
  })

  it('is asked for before the body is looked at', async () => {
    const { post } = createApiUnderTest()
    expect((await post('this is not JSON', { token: null })).status).toBe(401)
    expect((await post('this is not JSON')).status).toBe(400)
  })

  it('is taken with the scheme in any case, and with no other scheme', async () => {
    const { ask } = createApiUnderTest()
    const send = (authorization: string) => ask(whoami, { token: null, headers: { authorization } })
    expect((await send(`bearer ${adminToken}`)).status).toBe(200)
    expect((await send(`Basic ${adminToken}`)).status).toBe(401)
    expect((await send(adminToken)).status).toBe(401)
  })

  it('is not to be found in the log', async () => {
    const { ask, putToken, lines } = createApiUnderTest()
    const { token } = await putToken(shop, 'member')
    await ask(whoami, { token })
    await ask('{ nonsense }', { token })
    await ask(whoami, { token: `${token}x` })
    expect(JSON.stringify(lines)).not.toContain(token)
  })

  it('cannot be checked while the views are away: that is said, and is not a refusal', async () => {
    const { ask, putToken, store } = createApiUnderTest()
    const { token } = await putToken(shop, 'member')
    await store.close()
    const reply = await ask(whoami, { token })
    expect(reply.status).toBe(503)
    expect(reply.errors[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
  })
})

describe('the id of a request', () => {
  it('is the one the caller gave, if it can stand in a log and a header', async () => {
    const { ask } = createApiUnderTest()
    const given = async (id: string) =>
      (await ask(whoami, { headers: { 'x-request-id': id } })).headers.get('x-request-id')
    expect(await given('abc-123_4.5')).toBe('abc-123_4.5')
    for (const bad of ['has space', 'quote"', 'x'.repeat(129)]) expect(await given(bad)).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is made where none was given, also for what is refused', async () => {
    const { ask } = createApiUnderTest()
    expect((await ask(whoami)).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect((await ask(whoami, { token: null })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})
