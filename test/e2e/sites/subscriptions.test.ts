import { createClient } from 'graphql-ws'
import { beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { FollowOperationDocument, type OperationFragment as Operation } from '../../../ops/cli/generated/graphql.ts'
import { onEverySite } from '../../support/every-site.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { waitFor } from '../../support/wait-for.ts'

const patient = () => AbortSignal.timeout(60_000)

/** What an operation that follows the rules looks like from the outside: it begins, its steps end one after the other, and it ends. */
const expectWholeStory = (states: readonly Operation[]): void => {
  const finished = states.map(({ steps }) => steps.filter(({ status }) => status === 'SUCCEEDED').length)
  expect(finished).toEqual(finished.toSorted((a, b) => a - b))
  expect(states.slice(0, -1).map(({ status }) => status)).not.toContain('SUCCEEDED')
  expect(states.at(-1)).toMatchObject({ status: 'SUCCEEDED', fault: null })
  expect(states.length).toBeGreaterThan(2)
}

onEverySite('subscriptions', (site) => {
  let server: ServerProcess
  let api: ServerApi

  beforeAll(async () => {
    server = await site.start()
    api = createServerApi(server)
  })

  describe('a subscription to an operation', () => {
    it('over SSE tells every step and ends with it', async () => {
      const { operation } = await api.create({ name: 'sse', databases: [{ name: 'app' }], users: [{ name: 'app' }] })
      const states: Operation[] = []
      const values = api.client.subscribe(FollowOperationDocument, { id: operation.id }, patient())
      for await (const value of values) states.push(value.operation as Operation)
      expectWholeStory(states)
      expect(states.at(-1)?.steps.map(({ name }) => name)).toEqual(['volume', 'engine', 'accounts', 'verify'])
    })

    it('over WebSocket tells every step and ends with it', async () => {
      const { operation } = await api.create({ name: 'ws', databases: [{ name: 'app' }], users: [{ name: 'app' }] })
      const socket = createClient({
        url: `${server.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${server.adminToken}` },
        retryAttempts: 0,
      })
      const states: Operation[] = []
      const values = socket.iterate<{ operation: Operation }>({
        query: String(FollowOperationDocument),
        variables: { id: operation.id },
      })
      for await (const { data } of values) if (data) states.push(data.operation)
      await socket.dispose()
      expectWholeStory(states)
    })

    it('over WebSocket without a valid token is closed as forbidden', async () => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
      const closed = new Promise<number>((resolve, reject) => socket.once('close', resolve).once('error', reject))
      socket.once('open', () =>
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer nobody' } })),
      )
      expect(await closed).toBe(4403)
    })
  })

  type Seen = { readonly cursor: string; readonly node: { readonly id: string; readonly type: string } }

  const followDocument = 'subscription ($after: String) { events(after: $after) { cursor node { id type } } }'

  describe('a subscription to the audit log', () => {
    it('goes on behind its cursor after the server was stopped or killed, with no gap and no repeat', async () => {
      const seen: Seen[] = []
      const first = await api.request<{ events: { edges: readonly Seen[] } }>(
        '{ events(first: 1) { edges { cursor node { id type } } } }',
      )
      seen.push(...first.events.edges)
      const lost: unknown[] = []
      const ending = new AbortController()
      /** As a client does that does not want to miss anything: again, from the last cursor, whatever broke off. */
      const following = (async () => {
        while (!ending.signal.aborted) {
          try {
            const values = api.client.subscribe<{ events: Seen }>(
              followDocument,
              { after: seen.at(-1)?.cursor },
              ending.signal,
            )
            for await (const { events } of values) seen.push(events)
          } catch (error) {
            if (!ending.signal.aborted) lost.push(error)
          }
          // The next server is not there yet.
          await waitFor('a server', () => ending.signal.aborted || isReady())
        }
      })()
      const isReady = async () => (await fetch(`${server.url}/readyz`).catch(() => null))?.status === 200

      const work = async () => {
        const { operation, instance } = await api.create({ name: 'seen' })
        await api.settled(operation.id)
        await api.changeAndWait('delete', instance.id)
      }
      await work()
      await server.stop()
      const env = { COFFER_PORT: new URL(server.url).port }
      server = await site.start(env)
      await work()
      await server.kill()
      server = await site.start(env)
      await work()

      const { events } = await api.request<{ events: { nodes: readonly Seen['node'][] } }>(
        '{ events(first: 500) { nodes { id type } } }',
      )
      expect(events.nodes.length).toBeLessThan(500)
      const last = events.nodes.at(-1)?.id
      await waitFor('the last event', () => seen.some(({ node }) => node.id === last))
      ending.abort()
      await following
      expect(lost.length).toBeGreaterThanOrEqual(2)
      const known = new Set(events.nodes.map(({ id }) => id))
      // What came after the list was read is of no interest here.
      expect(seen.map(({ node }) => node.id).filter((id) => known.has(id))).toEqual(events.nodes.map(({ id }) => id))
    })

    it('refuses a cursor that it never gave', async () => {
      const values = api.client.subscribe(followDocument, { after: 'no-such-cursor' }, patient())
      await expect(values[Symbol.asyncIterator]().next()).rejects.toMatchObject({ failure: { code: 'INVALID_INPUT' } })
    })
  })
})
