import { serverAudits } from 'graphql-http'
import { describe, expect, it } from 'vitest'
import { url } from './api-client.ts'
import { adminToken, createApiUnderTest } from './api-under-test.ts'

const { api } = createApiUnderTest()

/** What GraphQL over HTTP asks of a server, by those who wrote it down. */
const audits = serverAudits({
  url,
  fetchFn: (input: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${adminToken}`)
    // As every client of another origin has to: without it a GET is refused.
    headers.set('graphql-require-preflight', 'true')
    return api.fetch(new Request(input, { ...init, headers }))
  },
})

describe('GraphQL over HTTP', () => {
  it.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))('%s: %s', async (_id, name, run) => {
    const result = await run()
    const accepted = name.startsWith('MAY') ? ['ok', 'notice'] : ['ok']
    expect(accepted, 'reason' in result ? result.reason : '').toContain(result.status)
  })
})
