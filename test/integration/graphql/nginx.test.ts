import { afterEach, describe, expect, it } from 'vitest'
import { createApiClient } from '../../../ops/cli/api-client.ts'
import { FollowInstanceDocument } from '../../../ops/cli/generated/graphql.ts'
import { createHttpServer } from '../../../ops/http.ts'
import { noNginx, startNginx } from '../../support/nginx/nginx.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { adminToken, createApiUnderTest, shop } from '../../unit/graphql/api-under-test.ts'

const missing = noNginx()
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** The API behind an nginx, and the command line's client before it. */
const start = async (location?: string) => {
  const under = createApiUnderTest()
  const server = createHttpServer({
    kernel: quietKernel,
    host: '127.0.0.1',
    port: 0,
    routes: { '/graphql': { name: 'graphql', handle: under.api.handle } },
    upgrade: under.api.handleUpgrade,
    onAnswered: () => {},
    onError: () => {},
  })
  const port = await server.listen()
  cleanups.push(async () => {
    await under.api.close()
    await server.close(AbortSignal.abort())
  })
  const nginx = await startNginx(`http://127.0.0.1:${port}`, location)
  cleanups.push(nginx.stop)
  return { ...under, client: createApiClient({ url: nginx.url, token: adminToken }, { firstByteMs: 2000 }) }
}

describe('a subscription through an nginx with nothing but `proxy_pass`', () => {
  it('gives each change as it happens, to the end', async (context) => {
    if (missing) return context.skip(missing)
    const { client, putInstance } = await start()
    const instance = await putInstance(shop, { status: 'STOPPED' })
    const states = client
      .subscribe(FollowInstanceDocument, { id: instance.id }, new AbortController().signal)
      [Symbol.asyncIterator]()
    const next = async () => (await states.next()).value?.instance?.status
    expect(await next()).toBe('STOPPED')
    await putInstance(shop, { ...instance, status: 'STARTING' })
    expect(await next()).toBe('STARTING')
    await putInstance(shop, { ...instance, status: 'DELETED' })
    expect(await next()).toBe('DELETED')
    expect(await next()).toBeUndefined()
  })

  it('is said to be held back where nginx is told to ignore what we ask of it', async (context) => {
    if (missing) return context.skip(missing)
    const { client, putInstance } = await start('proxy_ignore_headers X-Accel-Buffering; proxy_buffering on;')
    const instance = await putInstance(shop)
    const states = client.subscribe(FollowInstanceDocument, { id: instance.id }, new AbortController().signal)
    await expect(states[Symbol.asyncIterator]().next()).rejects.toMatchObject({ failure: { code: 'STREAM_BLOCKED' } })
  })
})
