import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { oidcDefaults } from '../../../graphql/pipeline/oidc.ts'
import { createApiUnderTest, shop } from './api-under-test.ts'

const whoami = '{ viewer { subject projectId roles } }'
const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An identity provider with one key, and the API that trusts it. */
const createProvider = async (
  options: Partial<Parameters<typeof createApiUnderTest>[0]> & { rolesClaim?: string; projectClaim?: string } = {},
) => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
  const asked: string[] = []
  let isUp = true
  const issuer = await serve((request, response) => {
    asked.push(request.url ?? '')
    if (!isUp) return void response.writeHead(500).end()
    const document = request.url === '/keys' ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(document))
  })
  const { rolesClaim = oidcDefaults.rolesClaim, projectClaim = oidcDefaults.projectClaim } = options
  const api = createApiUnderTest({
    ...options,
    auth: { oidc: { ...oidcDefaults, issuer, audience: 'coffer', rolesClaim, projectClaim } },
  })
  const claims = { coffer_project: 'shop', coffer_roles: ['member'] }
  const sign = (
    payload: JWTPayload = {},
    change: (jwt: SignJWT) => SignJWT = (jwt) => jwt,
    { key = privateKey, kid = 'key-1' } = {},
  ) =>
    change(
      new SignJWT({ ...claims, ...payload })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(issuer)
        .setAudience('coffer')
        .setSubject('alice')
        .setIssuedAt()
        .setExpirationTime('10m'),
    ).sign(key)
  const status = async (token: string) => (await api.ask(whoami, { token })).status
  return {
    ...api,
    issuer,
    asked,
    sign,
    status,
    setUp: (up: boolean) => {
      isUp = up
    },
  }
}

describe('a JWT of the configured issuer', () => {
  it('stands for its subject, project and roles, and its keys are found by discovery and asked for once', async () => {
    const { ask, sign, asked, issuer } = await createProvider()
    const { data } = await ask(whoami, { token: await sign() })
    expect(data.viewer).toEqual({ subject: `${issuer}#alice`, projectId: 'shop', roles: ['MEMBER'] })
    await ask(whoami, { token: await sign({ coffer_roles: ['reader'] }) })
    expect(asked).toEqual(['/.well-known/openid-configuration', '/keys'])
  })

  it('may have its claims in another place, also as words in a string', async () => {
    const { ask, sign, issuer } = await createProvider({
      rolesClaim: 'realm_access.roles',
      projectClaim: 'https://coffer.test/project',
    })
    const token = await sign({
      realm_access: { roles: ['offline_access', 'reader', 'member'] },
      'https://coffer.test/project': 'bank',
    })
    expect((await ask(whoami, { token })).data.viewer).toEqual({
      subject: `${issuer}#alice`,
      projectId: 'bank',
      roles: ['MEMBER', 'READER'],
    })
    const other = await createProvider()
    const words = await other.sign({ coffer_roles: 'profile admin' })
    expect((await other.ask(whoami, { token: words })).data.viewer.roles).toEqual(['ADMIN'])
  })

  it('is never taken for the operator or for a token of ours, whatever its subject is', async () => {
    const { ask, sign, issuer } = await createProvider()
    for (const sub of ['admin', 'token:01a20000-0000-7000-8000-000000000000']) {
      const { data } = await ask(whoami, { token: await sign({}, (jwt) => jwt.setSubject(sub)) })
      expect(data.viewer.subject).toBe(`${issuer}#${sub}`)
    }
  })

  it('is refused when its subject would break or hide a line of the audit log, or is too long', async () => {
    const { sign, status } = await createProvider()
    for (const sub of ['a\nb', 'a\u202eb', 'a\u0000', 'x'.repeat(256)])
      expect(await status(await sign({}, (jwt) => jwt.setSubject(sub)))).toBe(401)
  })

  it('is refused like any bad token when anything about it is wrong', async () => {
    const { ask, sign, status, issuer } = await createProvider()
    const stranger = await generateKeyPair('ES256')
    const unsigned = new UnsecuredJWT({ coffer_project: 'shop', coffer_roles: ['admin'], sub: 'eve' })
      .setIssuer(issuer)
      .setAudience('coffer')
      .setExpirationTime('10m')
      .encode()
    const symmetric = new SignJWT({ coffer_project: 'shop', coffer_roles: ['admin'], sub: 'eve' })
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .setIssuer(issuer)
      .setAudience('coffer')
      .setExpirationTime('10m')
      .sign(new TextEncoder().encode('guessed-secret-of-thirty-two-bytes'))
    const bad = {
      'signed with another key': await sign({}, undefined, { key: stranger.privateKey }),
      'with a key nobody has': await sign({}, undefined, { kid: 'key-2' }),
      'of another issuer': await sign({}, (jwt) => jwt.setIssuer('https://evil.test')),
      'for another audience': await sign({}, (jwt) => jwt.setAudience('somebody-else')),
      expired: await sign({}, (jwt) => jwt.setExpirationTime('-5m')),
      'not valid yet': await sign({}, (jwt) => jwt.setNotBefore('5m')),
      'without a project': await sign({ coffer_project: null }),
      'with a project that cannot be one': await sign({ coffer_project: '../etc' }),
      'without a role of ours': await sign({ coffer_roles: ['root'] }),
      unsigned,
      'signed with a secret': await symmetric,
      garbage: 'a.b.c',
    }
    const nothing = await ask(whoami, { token: null })
    for (const [what, token] of Object.entries(bad)) {
      const { errors, status } = await ask(whoami, { token })
      expect({ what, errors, status }).toEqual({ what, errors: nothing.errors, status: nothing.status })
    }
    expect(await status(await sign())).toBe(200)
  })

  it('is taken though the clocks are a little apart', async () => {
    const { sign, status } = await createProvider()
    expect(await status(await sign({}, (jwt) => jwt.setExpirationTime('-10s')))).toBe(200)
    expect(await status(await sign({}, (jwt) => jwt.setNotBefore('10s')))).toBe(200)
  })
})

describe('an identity provider that is away', () => {
  it('makes its tokens undecided, not bad, and others are not held up', async () => {
    const { ask, sign, setUp, status, putToken } = await createProvider()
    setUp(false)
    const reply = await ask(whoami, { token: await sign() })
    expect(reply.status).toBe(503)
    expect(reply.errors[0]?.extensions).toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    expect(await status('nonsense')).toBe(401)
    const { token } = await putToken(shop, 'member')
    expect(await status(token)).toBe(200)
    setUp(true)
    expect(await status(await sign())).toBe(200)
  })

  it('does not keep a token alive that is over by its own word', async () => {
    const { sign, status, asked, setUp } = await createProvider()
    setUp(false)
    expect(await status(await sign({}, (jwt) => jwt.setExpirationTime('-1m')))).toBe(401)
    expect(asked).toEqual([])
  })

  it('is not asked for keys because of tokens that are not its own', async () => {
    const { sign, status, asked, issuer } = await createProvider()
    await status('a.b.c')
    await status(await sign({}, (jwt) => jwt.setIssuer('https://evil.test')))
    const secret = new TextEncoder().encode('guessed-secret-of-thirty-two-bytes')
    await status(await new SignJWT().setProtectedHeader({ alg: 'HS256' }).setIssuer(issuer).sign(secret))
    expect(asked).toEqual([])
  })

  it('is not believed when it names another issuer', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const issuer = await serve((_request, response) => response.end('{"issuer":"https://evil.test","jwks_uri":"x"}'))
    const { ask } = createApiUnderTest({ auth: { oidc: { ...oidcDefaults, issuer, audience: 'coffer' } } })
    const token = await new SignJWT().setProtectedHeader({ alg: 'ES256' }).setIssuer(issuer).sign(privateKey)
    expect((await ask(whoami, { token })).status).toBe(503)
  })
})
