import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getIntrospectionQuery } from 'graphql'
import { describe, expect, it } from 'vitest'
import { type Reply, url } from './api-client.ts'
import { adminToken, createApiUnderTest, shop } from './api-under-test.ts'

const codes = ({ errors }: Reply) => errors.map(({ extensions }) => extensions.code)

describe('the limit on bodies', () => {
  const tooLarge = JSON.stringify({ query: `{ viewer { subject } } # ${'x'.repeat(256 * 1024)}` })

  it('refuses a body that says it is over 256 KB with 413 and why', async () => {
    const { post } = createApiUnderTest()
    const response = await post(tooLarge, { headers: { 'content-length': String(tooLarge.length) } })
    expect(response.status).toBe(413)
    expect((await response.json()).errors[0].extensions.code).toBe('REQUEST_ENTITY_TOO_LARGE')
  })

  it('refuses a body that does not say how long it is while it is coming', async () => {
    const { api } = createApiUnderTest()
    const server = createServer((incoming, outgoing) => void api.handle(incoming, outgoing))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const sent = httpRequest({
        port: (server.address() as AddressInfo).port,
        method: 'POST',
        path: '/graphql',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${adminToken}`,
          'transfer-encoding': 'chunked',
        },
      })
      const answered = once(sent, 'response')
      sent.on('error', () => {}) // The server need not take the rest.
      for (let at = 0; at < tooLarge.length; at += 64 * 1024) sent.write(tooLarge.slice(at, at + 64 * 1024))
      sent.end()
      const [response] = await answered
      expect(response.statusCode).toBe(413)
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk)
      expect(JSON.parse(Buffer.concat(chunks).toString()).errors[0].extensions.code).toBe('REQUEST_ENTITY_TOO_LARGE')
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  it('takes a body just under it', async () => {
    const { post } = createApiUnderTest()
    const query = '{ viewer { subject } } #'
    const response = await post(JSON.stringify({ query: query.padEnd(255 * 1024, 'x') }))
    expect(response.status).toBe(200)
  })
})

describe('the limits on documents', () => {
  it('refuse 10,000 aliases while they are parsed, without validating them', async () => {
    const { ask } = createApiUnderTest()
    const aliases = Array.from({ length: 10_000 }, (_, index) => `a${index}:viewer{subject}`).join(' ')
    // The last field is none of the schema, which validation would say; it would take seconds.
    const reply = await ask(`{ ${aliases} nothing }`)
    expect(codes(reply)).toEqual(['QUERY_TOO_COMPLEX'])
  })

  it('refuse aliases over their number', async () => {
    const { ask } = createApiUnderTest({ limits: { aliases: 2 } })
    expect(codes(await ask('{ viewer { a: subject b: subject } }'))).toEqual([])
    const reply = await ask('{ viewer { a: subject b: subject c: subject } }')
    expect(codes(reply)).toEqual(['QUERY_TOO_COMPLEX'])
    expect(reply.errors[0]?.message).toContain('3 aliases: at most 2')
  })

  it('refuse aliases over their number within introspection too, where each repeats the whole schema', async () => {
    const { ask } = createApiUnderTest()
    const types = Array.from({ length: 60 }, (_, index) => `t${index}: types { name fields { name } }`).join(' ')
    expect(codes(await ask(`{ __schema { ${types} } }`))).toEqual(['QUERY_TOO_COMPLEX'])
    expect(codes(await ask(`{ __schema { ...All } } fragment All on __Schema { ${types} }`))).toEqual([
      'QUERY_TOO_COMPLEX',
    ])
  })

  it.each([
    ['with all that can be asked for', { specifiedByUrl: true, schemaDescription: true, inputValueDeprecation: true }],
    ['as it is by default', {}],
  ])('take the introspection query that tools send, %s', async (_how, options) => {
    const { ask } = createApiUnderTest()
    const reply = await ask(getIntrospectionQuery({ directiveIsRepeatable: true, oneOf: true, ...options }))
    expect(codes(reply)).toEqual([])
    expect(reply.data).toHaveProperty('__schema.types')
  })

  it.each([
    ['its lists within each other', '{ __schema { types { fields { type { fields { ...Field } } } } } }'],
    [
      'all of it again and again',
      `{ ${'abcdefgh'.replaceAll(/./g, '$&: __schema { types { fields { args { type { fields { ...Field } } } } } } ')} }`,
    ],
    [
      'through fragments',
      '{ ...Q } fragment Q on Query { __schema { ...S } } fragment S on __Schema { types { fields { type { fields { ...Field } } } } }',
    ],
  ])('refuse introspection that multiplies the schema: %s', async (_what, query) => {
    const { ask } = createApiUnderTest()
    const names = Array.from({ length: 40 }, (_, index) => `n${index}: type { name }`).join(' ')
    const reply = await ask(`${query} fragment Field on __Field { ${names} }`)
    expect(codes(reply)).toEqual(['QUERY_TOO_COMPLEX'])
    expect(reply.errors[0]?.message).toContain('introspection costs')
    expect(reply.data).toBeUndefined()
  })

  it('take what tools ask about single types', async () => {
    const { ask } = createApiUnderTest()
    const reply = await ask(
      '{ __type(name: "Instance") { name fields { name type { name kind ofType { name kind } } } } }',
    )
    expect(codes(reply)).toEqual([])
  })

  it('refuse what is too deep, through fragments too', async () => {
    const { ask } = createApiUnderTest()
    const nested = (levels: number): string =>
      levels === 0 ? 'id' : `operation { id instance { ${nested(levels - 1)} } }`
    expect(codes(await ask(`{ instance(id: "x") { ${nested(5)} } }`))).toEqual([])
    expect(codes(await ask(`{ instance(id: "x") { ${nested(6)} } }`))).toEqual(['QUERY_TOO_COMPLEX'])
    const parts = Array.from(
      { length: 6 },
      (_, index) =>
        `fragment F${index} on Instance { operation { instance { ${index === 5 ? 'id' : `...F${index + 1}`} } } }`,
    )
    expect(codes(await ask(`{ instance(id: "x") { ...F0 } } ${parts.join(' ')}`))).toEqual(['QUERY_TOO_COMPLEX'])
  })

  it('refuse many commands in one request', async () => {
    const { ask, scripted } = createApiUnderTest({ limits: { aliases: 1000, rootFields: 10 } })
    const many = Array.from(
      { length: 11 },
      (_, index) => `m${index}: stopInstance(input: { id: "x" }) { __typename }`,
    ).join(' ')
    expect(codes(await ask(`mutation { ${many} }`))).toEqual(['QUERY_TOO_COMPLEX'])
    expect(codes(await ask(`mutation { ...M } fragment M on Mutation { ${many} }`))).toEqual(['QUERY_TOO_COMPLEX'])
    expect(scripted.requests).toEqual([])
  })

  it('bear fragments that spread each other in a circle or double at every step', async () => {
    const { ask } = createApiUnderTest()
    const circle = await ask('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A viewer { subject } }')
    expect(circle.status).toBe(200)
    expect(codes(circle)).toContain('GRAPHQL_VALIDATION_FAILED')
    const doubling = Array.from(
      { length: 40 },
      (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
    )
    const reply = await ask(`{ ...F0 } ${doubling.join(' ')} fragment F40 on Query { viewer { subject } }`)
    expect(codes(reply)).toEqual(['QUERY_TOO_COMPLEX'])
  })

  it.each([
    ['a list', (depth: number) => `{ instances(filter: ${'['.repeat(depth)}1${']'.repeat(depth)}) { nodes { id } } }`],
    [
      'an object',
      (depth: number) => `{ instances(filter: ${'{a:'.repeat(depth)}1${'}'.repeat(depth)}) { nodes { id } } }`,
    ],
    ['fragments', (depth: number) => `{ ${'... { '.repeat(depth)} viewer { subject } ${'}'.repeat(depth)} }`],
    ['a type', (depth: number) => `query ($a: ${'['.repeat(depth)}Int${']'.repeat(depth)}) { viewer { subject } }`],
  ])('refuse %s nested so deeply that reading it would take all of the stack', async (_what, nested) => {
    const { ask, lines } = createApiUnderTest({ limits: { tokens: 100_000 } })
    for (const depth of [200, 20_000]) {
      const reply = await ask(nested(depth))
      expect({ status: reply.status, codes: codes(reply) }).toEqual({ status: 400, codes: ['QUERY_TOO_COMPLEX'] })
      expect(reply.errors[0]?.message).toContain('more than 100 brackets within each other')
    }
    expect(codes(await ask(nested(50)))).not.toContain('QUERY_TOO_COMPLEX')
    expect(lines).toEqual([])
  })

  it('refuse what costs too much with its variables filled in, before any resolver runs', async () => {
    const { ask, putInstance } = createApiUnderTest({ limits: { complexity: 1000 } })
    await putInstance(shop)
    const query = 'query ($first: Int) { instances(first: $first) { nodes { id name status operation { id } } } }'
    expect(codes(await ask(query, { variables: { first: 50 } }))).toEqual([])
    const reply = await ask(query, { variables: { first: 500 } })
    expect(codes(reply)).toEqual(['QUERY_TOO_COMPLEX'])
    expect(reply.data).toBeUndefined()
    expect(codes(await ask('{ instances(first: 500) { nodes { id name } } }'))).toEqual(['QUERY_TOO_COMPLEX'])
  })
})

describe('the limit on cost', () => {
  it('holds for subscriptions, which are refused before they are opened', async () => {
    let opened = 0
    const { follow } = createApiUnderTest({
      limits: { complexity: 3 },
      metrics: { answered: () => {}, openSubscriptions: () => (opened += 1) },
    })
    const query = 'subscription { events { node { id type at stream } } }'
    const { value } = await follow(query).next()
    expect(value?.errors.map(({ extensions }) => extensions.code)).toEqual(['QUERY_TOO_COMPLEX'])
    expect(opened).toBe(0)
  })
})

describe('what is not taken at all', () => {
  it('is a list of requests in one', async () => {
    const { post } = createApiUnderTest()
    const response = await post(JSON.stringify([{ query: '{ viewer { subject } }' }]))
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect((await response.json()).errors).toHaveLength(1)
  })

  it('is what a page of another origin could send without asking', async () => {
    const { api } = createApiUnderTest()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const headers = { 'content-type': type, authorization: `Bearer ${adminToken}` }
      const response = await api.fetch(new Request(url, { method: 'POST', body: '{}', headers }))
      expect(response.status, type).toBe(403)
      expect((await response.json()).errors[0].message).toContain('`Content-Type: application/json`')
    }
  })

  it.each(['X-GraphQL-Yoga-CSRF', 'Apollo-Require-Preflight', 'GraphQL-Require-Preflight'])(
    'is not a query by GET with the header %s, which no page sends without asking',
    async (header) => {
      const { api } = createApiUnderTest()
      const ask = async (headers: Record<string, string>) =>
        (
          await api.fetch(
            new Request(`${url}?query={viewer{subject}}`, {
              headers: { ...headers, authorization: `Bearer ${adminToken}` },
            }),
          )
        ).status
      expect(await ask({})).toBe(403)
      expect(await ask({ [header]: 'true' })).toBe(200)
    },
  )

  it('is a command by GET', async () => {
    const { api } = createApiUnderTest()
    const query = encodeURIComponent('mutation { stopInstance(input: { id: "x" }) { __typename } }')
    const headers = { 'x-graphql-yoga-csrf': '1', authorization: `Bearer ${adminToken}` }
    const response = await api.fetch(new Request(`${url}?query=${query}`, { headers }))
    expect(response.status).toBe(405)
  })

  it('is a document that does not parse, and the answer says where', async () => {
    const { ask } = createApiUnderTest()
    const reply = await ask('{ viewer { subject }', { headers: { accept: 'application/graphql-response+json' } })
    expect(reply.status).toBe(400)
    expect(codes(reply)).toEqual(['GRAPHQL_PARSE_FAILED'])
    expect(reply.errors[0]?.message).toContain('line 1, column 21')
  })
})

describe('browsers', () => {
  it('are told of no origin unless one is configured', async () => {
    const { post } = createApiUnderTest()
    const response = await post('{"query":"{viewer{subject}}"}', { headers: { origin: 'https://evil.test' } })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('may use the API from a page of a configured origin only, and never with cookies', async () => {
    const { post } = createApiUnderTest({ config: { corsOrigins: ['https://ui.test', 'https://ops.test'] } })
    const from = async (origin: string) =>
      (await post('{"query":"{viewer{subject}}"}', { headers: { origin } })).headers
    expect((await from('https://ui.test')).get('access-control-allow-origin')).toBe('https://ui.test')
    expect((await from('https://ui.test')).get('access-control-allow-credentials')).not.toBe('true')
    expect((await from('https://evil.test')).get('access-control-allow-origin')).not.toBe('https://evil.test')
  })

  it('may send the headers that a query by GET needs from a page of a configured origin', async () => {
    const { api } = createApiUnderTest({ config: { corsOrigins: ['https://ui.test'] } })
    const headers = {
      origin: 'https://ui.test',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'apollo-require-preflight,authorization',
    }
    const { headers: allowed } = await api.fetch(new Request(url, { method: 'OPTIONS', headers }))
    expect(allowed.get('access-control-allow-headers')).toContain('apollo-require-preflight')
  })

  it('get GraphiQL in development and nothing in production', async () => {
    const page = async (development: boolean) => {
      const { api } = createApiUnderTest({ config: { development } })
      return api.fetch(new Request(url, { headers: { accept: 'text/html' } }))
    }
    expect(await (await page(true)).text()).toContain('Coffer')
    expect(await (await page(false)).text()).toBe('')
  })

  it('are given guesses at what was meant in development only', async () => {
    const message = async (development: boolean) => {
      const { ask } = createApiUnderTest({ config: { development } })
      return (await ask('{ viewer { subjekt } }')).errors[0]?.message
    }
    expect(await message(true)).toContain('Did you mean')
    expect(await message(false)).not.toContain('Did you mean')
  })
})
