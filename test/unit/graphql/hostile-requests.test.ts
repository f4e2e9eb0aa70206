import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { getIntrospectionQuery } from 'graphql'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createHttpServer } from '../../../ops/http.ts'
import type { InstanceDocument } from '../../../projections/views/instance-document.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { url } from './api-client.ts'
import { type ApiUnderTest, adminToken, createApiUnderTest, shop } from './api-under-test.ts'

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ')
const object = (count: number): string => `{${Array.from({ length: count }, (_, index) => `"k${index}":1`).join(',')}}`
const list = (count: number, item: string): string => `[${Array.from({ length: count }, () => item).join(',')}]`
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`
const byFilter = 'query ($v: InstanceFilter) { instances(filter: $v) { nodes { id } } }'
const create = 'mutation ($v: CreateInstanceInput!) { createInstance(input: $v) { __typename } }'

/** Each as large as a body may be, or as large as makes it worst. */
const hostile: Readonly<Record<string, { readonly query: string; readonly variables?: string }>> = {
  'an object of 5,000 unknown keys': { query: byFilter, variables: `{"v":${object(5000)}}` },
  'an object of 20,000 unknown keys': { query: byFilter, variables: `{"v":${object(20_000)}}` },
  'a list of 60,000 wrong values': { query: byFilter, variables: `{"v":{"status":${list(60_000, '1')}}}` },
  'lists of a thousand wrong values each': {
    query: `query (${repeat(9, (n) => `$v${n}: [ID!]`)}) { ${repeat(9, (n) => `a${n}: instances(filter: { status: $v${n} }) { nodes { id } }`)} }`,
    variables: `{${Array.from({ length: 9 }, (_, n) => `"v${n}":${list(1000, '{}')}`).join(',')}}`,
  },
  'a list of 1,000 objects without what they need': {
    query: create,
    variables: `{"v":{"users":${list(1000, '{"a":1,"b":2}')}}}`,
  },
  'a list of 80,000 objects without what they need': {
    query: create,
    variables: `{"v":{"users":${list(80_000, '{}')}}}`,
  },
  'a text of 250,000 characters in the wrong place': {
    query: byFilter,
    variables: `{"v":{"includeDeleted":"${'x'.repeat(250_000)}"}}`,
  },
  'a list 100,000 levels deep': { query: byFilter, variables: `{"v":${nested(100_000)}}` },
  'variables that the document does not know': { query: '{ viewer { subject } }', variables: object(20_000) },
  'the same field again and again': { query: `{ viewer { ${repeat(3900, () => 'subject')} } }` },
  'the same objects again and again': { query: `{ instance(id: "x") { ${repeat(600, () => 'operation { id }')} } }` },
  'the same fields in the same objects': {
    query: `{ ${repeat(45, () => `viewer { ${repeat(80, () => 'subject')} }`)} }`,
  },
  'fields that are unknown': { query: `{ ${repeat(20, (n) => `a${n}: viewer { ${repeat(180, (m) => `s${m}`)} }`)} }` },
  'a field with a name of 250,000 characters': { query: `{ ${'a'.repeat(250_000)} }` },
  'an object of 1,300 unknown keys in the document': {
    query: `{ instances(filter: { ${repeat(1300, (n) => `k${n}: 1`)} }) { nodes { id } } }`,
  },
  'an object of long texts in the document': {
    query: `{ instances(filter: { ${repeat(60, (n) => `k${n}: "${'x'.repeat(4000)}"`)} }) { nodes { id } } }`,
  },
  'a list of 3,800 wrong values in the document': {
    query: `{ instances(filter: { status: [${repeat(3800, () => '1')}] }) { nodes { id } } }`,
  },
  'arguments again and again': { query: `{ instances(${repeat(1200, () => 'first: 1')}) { nodes { id } } }` },
  'directives again and again': { query: `{ viewer ${repeat(1900, () => '@skip')} { subject } }` },
  'variables again and again': { query: `query (${repeat(900, () => '$v: Int')}) { viewer { subject } }` },
  'a type of many lists': {
    query: `query ($v: ${'['.repeat(99)}Int${']'.repeat(99)}) { instances(first: $v) { nodes { id } } }`,
    variables: '{"v":{}}',
  },
  'fragments that spread many others': {
    query: `{ viewer { ...F0 } } ${repeat(30, (n) => `fragment F${n} on Viewer { ${repeat(30, (m) => `...F${n + m + 1}`)} }`)}`,
  },
}

const bodyOf = (name: string, salt: string): string => {
  const { query, variables = 'null' } = hostile[name] ?? { query: '' }
  return `{"query":${JSON.stringify(salt + query)},"variables":${variables}}`
}

/** The processor time of this thread alone: what other programs do at the time is not in it. In ms. */
const costOf = async (run: () => Promise<unknown>): Promise<number> => {
  const before = process.threadCpuUsage()
  await run()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}

const leastCostOf = async (run: () => Promise<unknown>): Promise<number> => {
  const costs: number[] = []
  for (let turn = 0; turn < 3; turn += 1) costs.push(await costOf(run))
  return Math.min(...costs)
}

const ask = async (
  { post }: ApiUnderTest,
  body: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<string> => (await post(body, { token, headers })).text()

/** A comment that makes of a document one that was not seen before. */
const createSalt = () => {
  let count = 0
  return (): string => {
    count += 1
    return `# ${count}\n`
  }
}

/** What a permitted request costs whose document was not seen before: tools read the whole schema like this. */
let permitted = 0
beforeAll(async () => {
  const api = createApiUnderTest()
  const salt = createSalt()
  permitted = await leastCostOf(() =>
    ask(api, JSON.stringify({ query: `${salt()}${getIntrospectionQuery()}` }), adminToken),
  )
})

describe('a request that is made to take long', () => {
  it.each(Object.keys(hostile))('costs no more than some permitted ones, in an answer of some KB: %s', async (name) => {
    const api = createApiUnderTest()
    const { token } = await api.putToken(shop, 'reader')
    const salt = createSalt()
    for (const accept of ['application/json', 'text/event-stream']) {
      let answer = ''
      const cost = await leastCostOf(async () => {
        answer = await ask(api, bodyOf(name, salt()), token, { accept })
      })
      expect(answer).toContain('"errors"')
      expect(answer.length).toBeLessThan(64 * 1024)
      expect(cost).toBeLessThan(5 * permitted)
    }
  })
})

/** Bodies that are JSON, but no request. */
const hostileBodies: Readonly<Record<string, string>> = {
  'a list of 100,000 numbers': list(100_000, '1'),
  'a list of requests': list(4000, '{"query":"{viewer{subject}}"}'),
  'lists 100,000 levels deep': nested(100_000),
  'an object of 20,000 keys': object(20_000),
  'a query that is an object': `{"query":${object(20_000)}}`,
  'variables that are a list': `{"query":"{viewer{subject}}","variables":${list(100_000, '1')}}`,
  'variables that are a text': `{"query":"{viewer{subject}}","variables":"${'x'.repeat(200_000)}"}`,
  'extensions 100,000 levels deep': `{"query":"{nothing}","extensions":${nested(100_000)}}`,
  'the same key 20,000 times': `{${Array.from({ length: 20_000 }, () => '"query":"x"').join(',')}}`,
  'the prototype of everything': `{"__proto__":{"query":"x"},"constructor":{},"query":"{nothing}","variables":{"__proto__":{}}}`,
  'a name of an operation of 200,000 characters': `{"query":"{viewer{subject}}","operationName":"${'x'.repeat(200_000)}"}`,
  'a text that is not ended': `{"query":"${'x'.repeat(200_000)}`,
}

describe('a body that is no request', () => {
  it.each(Object.keys(hostileBodies))(
    'is refused, and costs no more than some permitted requests: %s',
    async (name) => {
      const api = createApiUnderTest()
      const salt = createSalt()
      const permitted = await leastCostOf(() =>
        ask(api, JSON.stringify({ query: `${salt()}${getIntrospectionQuery()}` }), adminToken),
      )
      let answer = ''
      const cost = await leastCostOf(async () => {
        answer = await ask(api, hostileBodies[name] ?? '', adminToken)
      })
      expect(JSON.parse(answer).errors[0].message).toEqual(expect.any(String))
      expect(answer.length).toBeLessThan(64 * 1024)
      expect(cost).toBeLessThan(5 * permitted)
      expect(api.lines.filter(({ level }) => level === 'error')).toEqual([])
    },
  )
})

describe('a server', () => {
  const cleanups: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  const listen = async () => {
    const api = createApiUnderTest()
    const server = createHttpServer({
      kernel: quietKernel,
      host: '127.0.0.1',
      port: 0,
      routes: {
        '/graphql': { name: 'graphql', handle: api.api.handle },
        '/healthz': { name: 'healthz', handle: (_request, response) => void response.end('alive') },
      },
      upgrade: api.api.handleUpgrade,
      onAnswered: () => {},
      onError: () => {},
    })
    const port = await server.listen()
    cleanups.push(async () => {
      await api.api.close()
      await server.close(AbortSignal.abort())
    })
    const open = async (): Promise<Socket> => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      cleanups.push(() => void socket.destroy())
      await once(socket, 'connect')
      return socket
    }
    const openWebSocket = async (): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, GRAPHQL_TRANSPORT_WS_PROTOCOL)
      cleanups.push(() => socket.terminate())
      await once(socket, 'open')
      const acknowledged = once(socket, 'message')
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${adminToken}` } }))
      await acknowledged
      return socket
    }
    return { open, openWebSocket }
  }

  it.each(Object.keys(hostile))('costs no more over a WebSocket: %s', async (name) => {
    const { openWebSocket } = await listen()
    const socket = await openWebSocket()
    const salt = createSalt()
    let id = 0
    let answer = ''
    const cost = await leastCostOf(async () => {
      id += 1
      const answered = once(socket, 'message')
      socket.send(`{"type":"subscribe","id":"${id}","payload":${bodyOf(name, salt())}}`)
      answer = String((await answered)[0])
    })
    expect(answer).toMatch(/"type":"error"|"errors"/)
    expect(answer.length).toBeLessThan(64 * 1024)
    // What the client in this process does for it is in it, too.
    expect(cost).toBeLessThan(6 * permitted)
  })

  it('answers a probe after one or two of the costly requests that came before it, and not after all', async () => {
    const { open, openWebSocket } = await listen()
    const salt = createSalt()
    const name = 'the same fields in the same objects'
    const sockets = await Promise.all(Array.from({ length: 20 }, open))
    const webSockets = await Promise.all(Array.from({ length: 20 }, openWebSocket))
    const probe = await open()

    let answered = 0
    const count = (): void => {
      answered += 1
    }
    for (const socket of sockets) {
      socket.once('data', count)
      const body = bodyOf(name, salt())
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminToken}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
    }
    for (const socket of webSockets) {
      socket.once('message', count)
      socket.send(`{"type":"subscribe","id":"1","payload":${bodyOf(name, salt())}}`)
    }
    probe.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(probe, 'data')
    expect(answered).toBeLessThan(10)
    await vi.waitFor(() => expect(answered).toBe(sockets.length + webSockets.length), { timeout: 20_000 })
  })
})

describe('subscribers that catch up', () => {
  it('do not keep a probe waiting until they have', async () => {
    let probed = false
    let given = 0
    const events = 500
    const { follow, putInstance, api } = createApiUnderTest({
      views: {
        watchInstance: async function* (id) {
          for (let version = 0; version < events; version += 1) {
            if (!probed) given += 1
            yield {
              id,
              stateVersion: version,
              status: version === events - 1 ? 'DELETED' : 'ACTIVE',
            } as InstanceDocument
          }
        },
      },
    })
    const { id } = await putInstance(shop)
    const readAll = async (): Promise<number> => {
      let count = 0
      const states = follow('subscription ($id: ID!) { instance(id: $id) { stateVersion } }', { variables: { id } })
      for await (const _ of states) count += 1
      return count
    }
    const all = Promise.all(Array.from({ length: 20 }, readAll))
    // What comes over a socket comes in a later turn of the event loop than what is in hand.
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    probed = true
    expect(given).toBeLessThan(events)
    expect(await all).toEqual(Array.from({ length: 20 }, () => events))
    await api.close()
  })
})

describe('an error about a value', () => {
  const secret = 'correct horse battery staple'

  it('does not show it: a body or variables that are not JSON', async () => {
    const { post, api } = createApiUnderTest()
    const body = await (await post(`{"query":"{viewer{subject}}","variables":{"password":"${secret}",}}`)).text()
    const variables = encodeURIComponent(`{"password":"${secret}",}`)
    const headers = { authorization: `Bearer ${adminToken}`, 'apollo-require-preflight': '1' }
    const request = new Request(`${url}?query={viewer{subject}}&variables=${variables}`, { headers })
    const query = await (await api.fetch(request)).text()
    for (const text of [body, query]) {
      expect(text).toContain('"errors"')
      expect(text).not.toContain('horse')
    }
  })

  it.each([
    ['a variable of the wrong type', create, { v: { name: 'a', datastore: 'postgresql', users: [secret] } }],
    [
      'an object with an unknown field',
      create,
      { v: { name: 'a', datastore: 'x', users: [{ name: 'u', password: secret, kind: 1 }] } },
    ],
    ['an object that lacks a field', create, { v: { users: [{ password: secret }] } }],
    [
      'a list where a text is expected',
      create,
      { v: { name: 'a', datastore: 'x', users: [{ name: 'u', password: [secret] }] } },
    ],
    [
      'a document',
      `mutation { createInstance(input: { name: "a", datastore: "x", users: [{ password: "${secret}", kind: 1 }] }) { __typename } }`,
      {},
    ],
  ])('does not show it: %s', async (_what, query, variables) => {
    const { post } = createApiUnderTest()
    const response = await post(JSON.stringify({ query, variables }))
    const text = await response.text()
    expect(text).toContain('does not fit')
    expect(text).not.toContain('horse')
  })

  it('names the place, what is accepted there and what was found', async () => {
    const { ask } = createApiUnderTest()
    const messages = async (v: unknown) =>
      (await ask(byFilter, { variables: { v } })).errors.map(({ message }) => message)
    expect(await messages({ includeDeleted: 'yes' })).toEqual([
      'the variable $v.includeDeleted does not fit: expected Boolean!, found a string',
    ])
    expect(await messages({ status: ['RUNNING'] })).toEqual([
      expect.stringMatching(
        /^the variable \$v\.status\[0\] does not fit: expected InstanceStatus! \(ACTIVE, .*\), found "RUNNING"$/,
      ),
    ])
    expect(await messages({ stat: 1, nam: 2 })).toEqual([
      expect.stringMatching(
        /^the variable \$v does not fit: InstanceFilter has the fields .*; it has no field "stat", "nam"$/,
      ),
    ])
    expect(await messages('all')).toEqual(['the variable $v does not fit: expected InstanceFilter, found a string'])
  })

  it('tells of several faults of an input at once', async () => {
    const { ask } = createApiUnderTest()
    const reply = await ask(create, { variables: { v: { datastore: 3, users: [{}], databases: 'x' } } })
    expect(reply.status).toBe(400)
    expect(reply.errors.map(({ message }) => message.replace(/^the variable | has the fields .*;/g, ''))).toEqual([
      '$v.databases does not fit: expected [DatabaseInput!], found a string',
      '$v.datastore does not fit: expected String, found a number',
      '$v does not fit: CreateInstanceInput it needs name',
      '$v.users[0] does not fit: UserInput it needs name',
    ])
  })

  it('says which variable is needed', async () => {
    const { ask } = createApiUnderTest()
    const reply = await ask(create)
    expect(reply.errors[0]?.message).toBe('the variable $v of type CreateInstanceInput! is needed')
    expect(reply.errors[0]?.extensions.code).toBe('BAD_REQUEST')
  })
})
