import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest'
import { createRestApi } from '../../../rest/api.ts'
import { createRestHandler } from '../../../rest/handle.ts'
import { openApiOf } from '../../../rest/open-api.ts'
import { routes } from '../../../rest/routes.ts'
import { startApiOnPlane } from '../../support/api-on-plane.ts'
import type { Tool } from '../../support/postgresql-tools/tools.ts'
import { fuzz, schemathesis, validateOpenApi } from '../../support/schemathesis.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('schemathesis')
const cleanups: (() => Promise<unknown>)[] = []
let tool: Tool
beforeAll(async () => {
  tool = await schemathesis()
})
afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

const pathOf = (context: TestContext): string => ('missing' in tool ? context.skip(tool.missing) : tool.path)

/** Above what any run asks: each answer is to be the one of its call. */
const unlimited = { requestsPerMinute: 10_000_000 }
const casesPerCall = Number(process.env.COFFER_FUZZ_CASES ?? '3')

/** The API on a port of its own, how often it answered what, and a token of an administrator. */
const start = async () => {
  const { api, issueToken } = await startApiOnPlane(dir.next(), cleanups, unlimited)
  const handle = createRestHandler(createRestApi(api.edge), api.edge.limits)
  const statuses = new Map<number, number>()
  const server = createServer((request, response) => {
    response.once('finish', () => statuses.set(response.statusCode, (statuses.get(response.statusCode) ?? 0) + 1))
    void handle(request, response)
  })
  cleanups.push(async () => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { secret } = await issueToken('fuzzed', 'ADMIN')
  return { url: `http://127.0.0.1:${port}`, token: secret, statuses }
}

it('describes itself as OpenAPI 3.1 allows', async (context) => {
  const packages = pathOf(context)
  const document = openApiOf(routes)
  expect(await validateOpenApi(packages, dir.next(), document)).toMatchObject({ failed: false })
  const broken = { ...document, paths: { '/a': { get: { responses: 5 } } } }
  expect(await validateOpenApi(packages, dir.next(), broken)).toMatchObject({ failed: true })
})

it('answers whatever its description allows, and what it does not, as described and never with a fault of its own', async (context) => {
  const packages = pathOf(context)
  const { url, token, statuses } = await start()
  const timeoutMs = casesPerCall * 60_000
  const { failed, output } = await fuzz(packages, {
    ...{ directory: dir.next(), url, token, project: 'fuzzed', casesPerCall, timeoutMs },
  })
  if (process.env.COFFER_FUZZ_CASES) console.log(output.slice(-6000), Object.fromEntries(statuses))
  expect(failed, output.slice(-4000)).toBe(false)
  expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(500)
}, 600_000)
