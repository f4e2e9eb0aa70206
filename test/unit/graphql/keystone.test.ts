import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createKeystoneVerifier } from '../../../graphql/pipeline/keystone.ts'
import { systemTimers } from '../../../kernel/timers.ts'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

const token = `gAAAAAB${'x'.repeat(60)}`
const startMs = Date.parse('2026-01-01T00:00:00Z')

const ofMember = {
  expires_at: '2026-01-01T01:00:00.000000Z',
  user: { id: 'u1', name: 'ann' },
  project: { id: 'efc6784dc64d419083a62c94c83e5add', name: 'shop' },
  roles: [{ name: 'reader' }, { name: 'member' }, { name: 'manager' }],
}

/** A Keystone that knows one token, a clock that is moved by hand, and what the verifier makes of both. */
const createSubject = async (told: object | null = ofMember) => {
  const state = { told, status: 200, atMs: 0, asked: [] as (string | undefined)[] }
  const server = createServer((request, response) => {
    state.asked.push(request.headers['x-subject-token']?.toString())
    const known = state.told !== null && request.headers['x-auth-token'] === token
    response.writeHead(state.status === 200 && !known ? 404 : state.status)
    response.end(JSON.stringify(known ? { token: state.told } : { error: {} }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clock = { now: () => startMs + state.atMs, elapsedMs: () => state.atMs }
  const config = { url: `${url}/v3/`, keptMs: 30_000, timeoutMs: 5000 }
  return { state, url, verify: createKeystoneVerifier(config, { clock, timers: systemTimers }) }
}

describe('a token of Keystone', () => {
  it('stands for its user in its project, with the roles that count here', async () => {
    const { verify, url } = await createSubject()
    expect(await verify(token)).toEqual({
      subject: `${url}#u1`,
      projectId: ofMember.project.id,
      roles: ['member', 'reader'],
    })
  })

  it.each([
    ['of no project', { ...ofMember, project: undefined }],
    ['without a role that counts', { ...ofMember, roles: [{ name: 'manager' }] }],
    ['that has expired', { ...ofMember, expires_at: '2025-12-31T23:59:59.000000Z' }],
    ['of a project that cannot be one here', { ...ofMember, project: { id: 'a/b' } }],
    ['of a user that hides a line break', { ...ofMember, user: { id: 'a\nb' } }],
    ['that Keystone does not know', null],
  ])('%s opens nothing', async (_what, told) => {
    const { verify } = await createSubject(told)
    expect(await verify(token)).toBeNull()
  })

  it('is asked about once, however many wait for it, and again when the answer is too old', async () => {
    const { verify, state } = await createSubject()
    await Promise.all([verify(token), verify(token), verify(token)])
    expect(state.asked).toEqual([token])
    state.told = null
    state.atMs = 29_999
    expect(await verify(token)).not.toBeNull()
    state.atMs = 30_000
    expect(await verify(token)).toBeNull()
    expect(state.asked).toHaveLength(2)
  })

  it('ends at its time, also while its answer is kept', async () => {
    const { verify, state } = await createSubject({ ...ofMember, expires_at: '2026-01-01T00:00:10.000000Z' })
    expect(await verify(token)).not.toBeNull()
    state.atMs = 10_000
    expect(await verify(token)).toBeNull()
  })

  it('is neither taken nor refused while Keystone does not say', async () => {
    const { verify, state } = await createSubject()
    state.status = 503
    await expect(verify(token)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    state.status = 200
    expect(await verify(token)).not.toBeNull()
  })

  it('is never one of Coffer: Keystone is not told of those', async () => {
    const { verify, state } = await createSubject()
    expect(await verify(`coffer_01a229b3-115c-70d7-84d1-f07f8c5f8adb_${'x'.repeat(43)}`)).toBeNull()
    expect(await verify('short')).toBeNull()
    expect(state.asked).toEqual([])
  })
})
