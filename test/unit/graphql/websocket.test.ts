import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { createClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type ApiOptions, adminToken, bank, createApiUnderTest, shop } from './api-under-test.ts'

const followInstance = 'subscription ($id: ID!) { instance(id: $id) { status } }'
const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** The API on a real port of this machine. */
const listen = async (options: ApiOptions = {}) => {
  const api = createApiUnderTest(options)
  const server = createServer((request, response) => void api.api.handle(request, response))
  server.on('upgrade', api.api.handleUpgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(async () => {
    await api.api.close()
    server.closeAllConnections()
    server.close()
  })
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`

  const connect = (token: string | null, closed?: (event: { code: number; reason: string }) => void) => {
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      onNonLazyError: () => {},
      ...(token === null ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
      ...(closed && { on: { closed: (event) => closed(event as { code: number; reason: string }) } }),
    })
    cleanups.push(() => client.dispose())
    return client
  }
  /** A bare socket of the protocol, for what a good client does not do. */
  const open = async (headers: Record<string, string> = {}) => {
    const socket = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL, { headers })
    cleanups.push(() => socket.terminate())
    // Whoever waits for the connection is told; later, that it is closed says enough.
    socket.on('error', () => {})
    await once(socket, 'open')
    const messages: { type: string; id?: string; payload?: unknown }[] = []
    socket.on('message', (data) => messages.push(JSON.parse(String(data))))
    const reason = once(socket, 'close').then(([, text]) => String(text))
    const closed = once(socket, 'close').then(([code]) => Number(code))
    const send = (message: object) => socket.send(JSON.stringify(message))
    return { socket, messages, closed, reason, send }
  }
  return { ...api, url, connect, open }
}

describe('a WebSocket', () => {
  it('carries queries, mutations and subscriptions', async () => {
    const { connect, putInstance } = await listen()
    const instance = await putInstance(shop, { status: 'STOPPED' })
    const client = connect(adminToken)
    const results = client.iterate({ query: followInstance, variables: { id: instance.id } })
    expect((await results.next()).value).toEqual({ data: { instance: { status: 'STOPPED' } } })
    await putInstance(shop, { ...instance, status: 'STARTING' })
    expect((await results.next()).value).toEqual({ data: { instance: { status: 'STARTING' } } })
    await putInstance(shop, { ...instance, status: 'DELETED' })
    expect((await results.next()).value).toEqual({ data: { instance: { status: 'DELETED' } } })
    expect((await results.next()).done).toBe(true)
    const query = client.iterate({ query: '{ viewer { subject } }' })
    expect((await query.next()).value).toEqual({ data: { viewer: { subject: 'admin' } } })
    const mutation = client.iterate({
      query: 'mutation { stopInstance(input: { id: "x" }) { ... on Refusal { code } } }',
    })
    expect((await mutation.next()).value).toEqual({ data: { stopInstance: { code: 'INVALID_INPUT' } } })
  })

  it('takes the token from the header too', async () => {
    const { open } = await listen()
    const { send, messages } = await open({ authorization: `Bearer ${adminToken}` })
    send({ type: 'connection_init' })
    await vi.waitFor(() => expect(messages).toEqual([{ type: 'connection_ack' }]))
  })

  it.each([
    ['in upper case', { AUTHORIZATION: `Bearer ${adminToken}` }],
    ['as HTTP writes it', { Authorization: `bearer ${adminToken}` }],
    ['among headers, as some clients send them', { headers: { Authorization: `Bearer ${adminToken}` } }],
  ])('takes the token %s', async (_how, payload) => {
    const { open } = await listen()
    const { send, messages } = await open()
    send({ type: 'connection_init', payload })
    await vi.waitFor(() => expect(messages).toEqual([{ type: 'connection_ack' }]))
  })

  it('is told why it is closed', async () => {
    const { open, api, putToken } = await listen({ limits: { socketInitMs: 300, socketsPerProject: 1 } })
    const bad = await open()
    bad.send({ type: 'connection_init', payload: { authorization: 'Bearer nonsense' } })
    expect(await bad.reason).toBe(
      'a valid token is needed: send {"authorization": "Bearer <token>"} in connection_init',
    )
    expect(await (await open()).reason).toContain('timeout')
    const large = await open()
    large.send({ type: 'connection_init', payload: { padding: 'x'.repeat(300 * 1024) } })
    expect(await large.reason).toBe('a message may have at most 262144 bytes')
    const { token } = await putToken(shop, 'member')
    const [first, second] = [await open(), await open()]
    first.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })
    await vi.waitFor(() => expect(first.messages).toHaveLength(1))
    second.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })
    expect(await second.reason).toBe('the project has 1 WebSockets open, which is the most it may have')
    await api.close()
    expect(await first.reason).toBe('the server is stopping: connect again')
  })

  it('is closed for a bad token and for none, alike', async () => {
    const { open } = await listen()
    for (const payload of [undefined, {}, { authorization: 'Bearer nonsense' }, { authorization: 7 }]) {
      const { send, closed, messages } = await open()
      send({ type: 'connection_init', payload })
      expect(await closed).toBe(4403)
      expect(messages).toEqual([])
    }
  })

  it('is asked to come back when the token cannot be checked now', async () => {
    const { open, putToken, store, lines } = await listen()
    const { token } = await putToken(shop, 'member')
    await store.close()
    const { send, closed } = await open()
    send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })
    expect(await closed).toBe(1013)
    expect(JSON.stringify(lines)).not.toContain(token)
  })

  it('is closed when it does not say in time who it is', async () => {
    const { open } = await listen({ limits: { socketInitMs: 20 } })
    expect(await (await open()).closed).toBe(4408)
  })

  it('may ask for nothing before it has said who it is', async () => {
    const { open } = await listen()
    const { send, closed } = await open()
    send({ type: 'subscribe', id: '1', payload: { query: '{ viewer { subject } }' } })
    expect(await closed).toBe(4401)
  })

  it('shows nothing of another project', async () => {
    const { connect, putInstance, putToken } = await listen()
    const instance = await putInstance(shop)
    const { token } = await putToken(bank, 'member')
    const results = connect(token).iterate({ query: followInstance, variables: { id: instance.id } })
    await expect(results.next()).rejects.toMatchObject([{ extensions: { code: 'NOT_FOUND' } }])
  })

  it('has the limits of HTTP on messages, documents and rate', async () => {
    const { connect, open, putToken } = await listen({ limits: { requestsPerMinute: 1, aliases: 1 } })
    const { token } = await putToken(shop, 'member')
    const client = connect(token)
    const ask = (query: string) => client.iterate({ query }).next()
    await expect(ask('{ viewer { a: subject b: subject } }')).rejects.toMatchObject([
      { extensions: { code: 'QUERY_TOO_COMPLEX' } },
    ])
    await expect(ask('{ viewer { subject } }')).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }])
    const { send, closed } = await open()
    send({ type: 'connection_init', payload: { padding: 'x'.repeat(300 * 1024) } })
    expect(await closed).toBe(1009)
  })

  it('refuses documents that do not fit the schema, without saying anything to HTTP', async () => {
    const { connect } = await listen()
    const result = connect(adminToken).iterate({ query: '{ nonsense }' }).next()
    await expect(result).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }])
    const costly = connect(adminToken).iterate({
      query:
        '{ instances(first: 500) { nodes { operation { steps { name status message } } users { name databases } host { engines { version } } } } }',
    })
    const { value } = await costly.next()
    expect(value?.errors?.[0]?.extensions).toEqual({ code: 'QUERY_TOO_COMPLEX', retryable: false })
  })

  it('tells nothing of an error that ends a subscription but an id, under which the log has it', async () => {
    const watchInstance = async function* () {
      yield* []
      throw new Error('the password is hunter2')
    }
    const { connect, putInstance, lines } = await listen({ views: { watchInstance } })
    const { id } = await putInstance(shop)
    const result = connect(adminToken).iterate({ query: followInstance, variables: { id } }).next()
    const extensions = { code: 'INTERNAL_ERROR', retryable: false, requestId: expect.any(String) }
    await expect(result).rejects.toMatchObject([{ message: expect.not.stringContaining('hunter2'), extensions }])
    expect(lines.map(({ level }) => level)).toEqual(['error'])
    expect(lines[0]?.fields).toHaveProperty('err.message', 'the password is hunter2')
  })

  it('may have so many operations open and no more', async () => {
    const { connect, putInstance } = await listen({ limits: { operationsPerSocket: 2 } })
    const instance = await putInstance(shop)
    const client = connect(adminToken)
    const follow = () => client.iterate({ query: followInstance, variables: { id: instance.id } })
    const [one, two] = [follow(), follow()]
    await one.next()
    await two.next()
    await expect(follow().next()).rejects.toMatchObject([{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }])
  })

  it('loses its subscriptions soon after the token is revoked, and can open no more', async () => {
    const closed: number[] = []
    const { connect, putInstance, putToken, put } = await listen({ config: { revalidateTokenMs: 10 } })
    const instance = await putInstance(shop)
    const { token, document } = await putToken(shop, 'reader')
    const client = connect(token, ({ code }) => closed.push(code))
    const results = client.iterate({ query: followInstance, variables: { id: instance.id } })
    await results.next()
    await put('tokens', document.id, { ...document, revoked: true })
    await expect(results.next()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    client
      .iterate({ query: '{ viewer { subject } }' })
      .next()
      .catch(() => {})
    await vi.waitFor(() => expect(closed).toEqual([4403]))
  })

  it('frees its subscriptions when it is gone', async () => {
    let openNow = 0
    const metrics = {
      answered: () => {},
      openSubscriptions: (count: number) => {
        openNow = count
      },
    }
    const { open, putInstance } = await listen({ metrics })
    const instance = await putInstance(shop)
    const { send, socket, messages } = await open({ authorization: `Bearer ${adminToken}` })
    send({ type: 'connection_init' })
    await vi.waitFor(() => expect(messages).toHaveLength(1))
    for (const id of ['1', '2', '3'])
      send({ type: 'subscribe', id, payload: { query: followInstance, variables: { id: instance.id } } })
    // One ends by itself at the very moment it is opened.
    send({ type: 'complete', id: '3' })
    await vi.waitFor(() => expect(openNow).toBe(2))
    socket.terminate()
    await vi.waitFor(() => expect(openNow).toBe(0))
  })

  it('is cut when it does not answer pings', async () => {
    const { open } = await listen({ limits: { pingMs: 20 } })
    const { socket, closed } = await open()
    socket.on('ping', () => {})
    // A peer that has gone without a word.
    socket.pong = () => {}
    expect(await closed).toBe(1006)
  })

  it('is told to come back when the server stops', async () => {
    const { open, api } = await listen()
    const { send, closed, messages } = await open({ authorization: `Bearer ${adminToken}` })
    send({ type: 'connection_init' })
    await vi.waitFor(() => expect(messages).toHaveLength(1))
    await api.close()
    expect(await closed).toBe(1001)
    await expect(open()).rejects.toThrow('503')
  })

  it('is told to come back over the number its project may have, and others are not held up', async () => {
    const { open, putToken } = await listen({ limits: { socketsPerProject: 1 } })
    const connected = async (token: string) => {
      const connection = await open({ authorization: `Bearer ${token}` })
      connection.send({ type: 'connection_init' })
      return connection
    }
    const { token } = await putToken(shop, 'reader')
    const first = await connected(token)
    await vi.waitFor(() => expect(first.messages).toHaveLength(1))
    expect(await (await connected(token)).closed).toBe(1013)
    const other = await connected((await putToken(bank, 'reader')).token)
    await vi.waitFor(() => expect(other.messages).toHaveLength(1))
    first.socket.terminate()
    await vi.waitFor(async () => {
      const again = await connected(token)
      await vi.waitFor(() => expect(again.messages).toHaveLength(1))
    })
  })

  it('is refused over the number of sockets there may be', async () => {
    const { open } = await listen({ limits: { sockets: 1 } })
    const first = await open({ authorization: `Bearer ${adminToken}` })
    const second = await open({ authorization: `Bearer ${adminToken}` })
    first.send({ type: 'connection_init' })
    await vi.waitFor(() => expect(first.messages).toHaveLength(1))
    second.send({ type: 'connection_init' })
    expect(await second.closed).toBe(1013)
    await expect(open()).rejects.toThrow('503')
  })

  it('finds a place however many come that never say who they are: the oldest of those gives way', async () => {
    const { open } = await listen({ limits: { newSockets: 3, sockets: 3 } })
    const known = await open({ authorization: `Bearer ${adminToken}` })
    known.send({ type: 'connection_init' })
    await vi.waitFor(() => expect(known.messages).toHaveLength(1))
    const silent: Awaited<ReturnType<typeof open>>[] = []
    for (let n = 0; n < 8; n += 1) silent.push(await open())
    for (const { closed } of silent.slice(0, 5)) expect(await closed).toBe(1013)
    const late = await open({ authorization: `Bearer ${adminToken}` })
    late.send({ type: 'connection_init' })
    await vi.waitFor(() => expect(late.messages).toHaveLength(1))
    expect(known.socket.readyState).toBe(WebSocket.OPEN)
  })
})

describe('a subscriber that reads nothing', () => {
  const followAll = 'subscription ($after: String) { events(after: $after) { node { data } } }'

  /** More events than the buffers of two sockets hold, and the cursor before them. */
  const listenWithEvents = async () => {
    let openNow = 0
    const metrics = {
      answered: () => {},
      openSubscriptions: (count: number) => {
        openNow = count
      },
    }
    const api = await listen({ limits: { pingMs: 50 }, metrics })
    await api.putEvent(shop, { data: {} })
    const after = (await api.ask('{ events { pageInfo { endCursor } } }')).data.events.pageInfo.endCursor
    for (let n = 0; n < 100; n += 1) await api.putEvent(shop, { data: { text: 'x'.repeat(200_000) } })
    return { ...api, payload: { query: followAll, variables: { after } }, openNow: () => openNow }
  }
  /** What the system keeps of connections of this port for peers to take, in bytes. Columns: proc(5), `/proc/net/tcp`. */
  const keptBySystem = (url: string): number => {
    const port = `:${Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0')}`
    const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
    const columns = lines.map((line) => line.trim().split(/\s+/)).filter(([, local]) => local?.endsWith(port))
    return columns.reduce((sum, [, , , , queues = '0']) => sum + Number.parseInt(queues, 16), 0)
  }
  const wasCut = [{ level: 'warn', message: 'a subscriber that does not read was cut' }]

  it('loses its place, over SSE', async () => {
    const { url, payload, openNow, lines, api } = await listenWithEvents()
    const socket = connectTcp({ port: Number(new URL(url).port), host: '127.0.0.1' })
    cleanups.push(() => void socket.destroy())
    socket.on('error', () => {})
    const body = JSON.stringify(payload)
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminToken}\r\nAccept: text/event-stream\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await vi.waitFor(() => expect(api.waitingBytes()).toBeGreaterThan(0), { timeout: 20_000 })
    expect(openNow()).toBe(1)
    await vi.waitFor(() => expect(openNow()).toBe(0), { timeout: 20_000 })
    expect(api.waitingBytes()).toBe(0)
    expect(keptBySystem(url)).toBe(0)
    expect(lines).toMatchObject(wasCut)
  })

  it('loses its place, over a WebSocket', async () => {
    const { url, open, payload, openNow, api } = await listenWithEvents()
    const { send, socket, messages } = await open({ authorization: `Bearer ${adminToken}` })
    send({ type: 'connection_init' })
    await vi.waitFor(() => expect(messages).toHaveLength(1))
    send({ type: 'subscribe', id: '1', payload })
    socket.pause()
    await vi.waitFor(() => expect(api.waitingBytes()).toBeGreaterThan(0), { timeout: 20_000 })
    await vi.waitFor(() => expect(openNow()).toBe(0), { timeout: 20_000 })
    expect(api.waitingBytes()).toBe(0)
    expect(keptBySystem(url)).toBe(0)
  })
})
