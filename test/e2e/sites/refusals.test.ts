import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  CreateInstanceDocument,
  EventsDocument,
  InstanceDocument,
  IssueTokenDocument,
  OperationDocument,
} from '../../../ops/cli/generated/graphql.ts'
import type { Refusal } from '../../../ops/cli/mutate.ts'
import type { LoggedEvent } from '../../support/embedded-log.ts'
import { onEverySite } from '../../support/every-site.ts'
import { type CreateInput, changeDocuments, createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { waitFor } from '../../support/wait-for.ts'

onEverySite('refusals', (site) => {
  const allowed = 2
  let server: ServerProcess
  let api: ServerApi

  beforeAll(async () => {
    server = await site.start({
      COFFER_QUOTA_INSTANCES: String(allowed),
      COFFER_MAX_VOLUME_GIB: '10',
      COFFER_LOG_LEVEL: 'info',
    })
    api = createServerApi(server)
  })

  /** What happened, but for the notes of which requests came under which key, and what the agent offers in its own time. */
  const happened = async (): Promise<readonly LoggedEvent[]> => {
    const log = await site.readLog()
    return log.filter(({ stream, type }) => !/^(request|refusals)-/.test(stream) && type !== 'HostSealingKeysOffered')
  }

  type Answer = {
    readonly status: number
    readonly body: {
      readonly data?: Readonly<Record<string, unknown>> | null
      readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[]
    }
  }

  const send = async (body: unknown, token: string | null = server.adminToken): Promise<Answer> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} }
  }

  const codeOf = ({ body }: Answer): string | undefined => body.errors?.[0]?.extensions.code

  const issue = async (input: Readonly<Record<string, unknown>>): Promise<string> => {
    const { secret } = await api.mutate<{ readonly secret: string }>(IssueTokenDocument, input)
    return secret
  }

  describe('a refused request', () => {
    let before: readonly LoggedEvent[]
    beforeEach(async () => {
      before = await happened()
    })
    // The promise of every refusal: it changed nothing.
    afterEach(async () => {
      expect(await happened()).toEqual(before)
    })

    const databases = (name: string) => ({ databases: [{ name }] })
    const users = (name: string, password?: string) => ({ users: [{ name, ...(password ? { password } : {}) }] })
    const sql = `x'; DROP TABLE users; --`
    const wrong: readonly (readonly [string, Partial<CreateInput>, string, string])[] = [
      ['an unknown datastore', { datastore: 'oracle' }, 'UNKNOWN_DATASTORE', 'datastore'],
      ['a datastore that no host has', { datastore: 'mariadb' }, 'UNKNOWN_DATASTORE', 'datastore'],
      ['an unknown version', { version: '9.6' }, 'UNKNOWN_VERSION', 'version'],
      ['an unknown flavor', { flavor: 'gigantic' }, 'UNKNOWN_FLAVOR', 'flavor'],
      ['an empty name', { name: '' }, 'INVALID_INPUT', 'name'],
      ['a name that is too long', { name: 'n'.repeat(64) }, 'INVALID_INPUT', 'name'],
      ['a name with a control character', { name: 'a\u0000b' }, 'INVALID_INPUT', 'name'],
      ['a name with a line break', { name: 'a\nb' }, 'INVALID_INPUT', 'name'],
      ['a name with SQL in it', { name: sql }, 'INVALID_INPUT', 'name'],
      ['a database with SQL in its name', databases(sql), 'INVALID_INPUT', 'databases[0].name'],
      ['a database that the engine has', databases('template1'), 'RESERVED_NAME', 'databases[0].name'],
      ['a database named like those of the engine', databases('pg_mine'), 'RESERVED_NAME', 'databases[0].name'],
      ['a user that the engine has', users('postgres'), 'RESERVED_NAME', 'users[0].name'],
      ['a user that Coffer has', users('coffer_monitor'), 'RESERVED_NAME', 'users[0].name'],
      ['a user with SQL in its name', users(sql), 'INVALID_INPUT', 'users[0].name'],
      ['a password with a control character', users('app', 'long-enough\u0000'), 'INVALID_INPUT', 'users[0].password'],
      ['a volume of 0 GiB', { volumeGiB: 0 }, 'INVALID_INPUT', 'volumeGiB'],
      ['a negative volume', { volumeGiB: -1 }, 'INVALID_INPUT', 'volumeGiB'],
      ['a volume over the limit', { volumeGiB: 11 }, 'INVALID_INPUT', 'volumeGiB'],
    ]
    it.each(wrong)(
      'for %s has a code, names the field and says what would be accepted',
      async (_what, input, code, field) => {
        const answer = await api.tryCreate({ name: 'wrong', ...input })
        expect(answer).toMatchObject({ __typename: 'Refusal', code, field })
        expect((answer as Refusal).message.length).toBeGreaterThan(20)
        expect((answer as Refusal).message).not.toContain('\u0000')
      },
    )

    it('is noted beside the log, with who asked and from where, and without what was secret', async () => {
      const requestId = 'refused-and-noted'
      const input = {
        name: 'wrong',
        datastore: 'postgresql',
        users: [{ name: 'app', password: 'planted\u0000secret' }],
      }
      const noted = await waitFor('the note', async () => {
        await fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${server.adminToken}`,
            'x-request-id': requestId,
            'user-agent': 'probe/1.0 (somebody)',
          },
          body: JSON.stringify({ query: String(CreateInstanceDocument), variables: { input } }),
        })
        const query = `{ refusedCommands(filter: { command: "CreateInstance" }, newestFirst: true) {
          nodes { command code field message actor { name } request { id network client } } } }`
        const { body } = await send({ query })
        const refused = body.data?.refusedCommands as
          | { nodes: readonly { request: { id: string } | null }[] }
          | undefined
        return refused?.nodes.find(({ request }) => request?.id === requestId)
      })
      expect(noted).toEqual({
        command: 'CreateInstance',
        code: 'INVALID_INPUT',
        field: 'users[0].password',
        message: null,
        actor: { name: 'admin' },
        request: { id: requestId, network: '127.0.0.0/24', client: 'probe/1.0' },
      })
      expect(JSON.stringify(await site.readLog())).not.toContain('planted')
    })

    it('is refused the same way under a key, where only the request is noted', async () => {
      const input = { name: 'wrong', datastore: 'oracle', idempotencyKey: 'wrong-key' }
      const first = await api.tryCreate(input)
      expect(first).toMatchObject({ code: 'UNKNOWN_DATASTORE' })
      expect(await api.tryCreate(input)).toEqual(first)
      const other = { ...input, datastore: 'postgresql' }
      expect(await api.tryCreate(other)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
    })

    it('for a volume that is no whole number does not get as far as a refusal', async () => {
      const input = { name: 'wrong', datastore: 'postgresql', volumeGiB: 1.5 }
      expect((await send({ query: CreateInstanceDocument, variables: { input } })).body.errors).toHaveLength(1)
    })

    it.each([
      ['no token', () => null],
      ['a token of nobody', () => 'coffer_admin_nobody-has-this-one-at-all-0123456789'],
      ['half of the admin token', () => server.adminToken.slice(0, 20)],
      ['an empty token', () => ''],
    ])('with %s is answered with 401 and nothing else', async (_what, token) => {
      const answers = await Promise.all(
        ['{ viewer { isAdmin } }', '{ instances { nodes { id } } }', '{ __schema { types { name } } }'].map((query) =>
          send({ query }, token()),
        ),
      )
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 401 })
        expect(codeOf(answer)).toBe('UNAUTHENTICATED')
        expect(answer.body.data ?? null).toBeNull()
      }
    })

    it('with a body over 256 KB is answered with 413', async () => {
      const query = `{ viewer { isAdmin } } # ${'x'.repeat(257 * 1024)}`
      expect(await send({ query })).toMatchObject({ status: 413 })
    })

    it('with 10,000 aliases is answered with 400', async () => {
      const query = `{ ${Array.from({ length: 10_000 }, (_, n) => `a${n}: __typename`).join(' ')} }`
      expect((await send({ query })).status).toBe(400)
    })

    it('that is too deep is answered with 400', async () => {
      const query = `{ instances { nodes { ${'host { id } operation { instance { '.repeat(8)} id ${'} }'.repeat(8)} } } }`
      const answer = await send({ query })
      expect([answer.status, codeOf(answer)]).toEqual([400, 'QUERY_TOO_COMPLEX'])
    })

    it('that is too costly is answered with 400', async () => {
      const query = `{ instances(first: 500) { nodes { operation { steps { name } } host { engines { version } } } } }`
      const many = `{ ${Array.from({ length: 20 }, (_, n) => `a${n}: ${query.slice(1, -1)}`).join(' ')} }`
      const answer = await send({ query: many })
      expect([answer.status, codeOf(answer)]).toEqual([400, 'QUERY_TOO_COMPLEX'])
    })

    it.each(['not-a-cursor', Buffer.from('events:7').toString('base64')])(
      'for a page after the unknown cursor %s is told so',
      async (after) => {
        const answer = await send({
          query: '{ instances(after: $a) { nodes { id } } }'.replace('$a', JSON.stringify(after)),
        })
        expect(codeOf(answer)).toBe('INVALID_INPUT')
      },
    )

    it.each(['{', '{"query":"{"}', '{"query":7}', '[]', 'null', '{"query":"mutation { nothing }"}'])(
      'that is %s and no request is answered with an error, not a crash',
      async (body) => {
        const answer = await send(body)
        expect(answer.status).toBeLessThan(500)
        expect(answer.body.errors).toHaveLength(1)
      },
    )
  })

  describe('a token', () => {
    it('of a reader lets look and not change', async () => {
      const reader = await issue({ name: 'reader', role: 'READER' })
      // What follows from the token comes in its own time.
      await waitFor(
        'the room of the token to be confirmed',
        async () => (await happened()).at(-1)?.type === 'ProjectTokenConfirmed',
      )
      const before = await happened()
      expect((await send({ query: '{ instances { nodes { id } } }' }, reader)).body.data).toEqual({
        instances: { nodes: [] },
      })
      const input = { name: 'by-reader', datastore: 'postgresql' }
      const answer = await send({ query: CreateInstanceDocument, variables: { input } }, reader)
      expect(answer.body.data).toMatchObject({ result: { __typename: 'Refusal', code: 'FORBIDDEN' } })
      expect(await happened()).toEqual(before)
    })

    it('that has expired or was revoked opens nothing', async () => {
      const soon = await issue({ name: 'soon', role: 'MEMBER', expiresAt: new Date(Date.now() + 1500).toISOString() })
      expect((await send({ query: '{ viewer { isAdmin } }' }, soon)).status).toBe(200)
      await expect
        .poll(async () => (await send({ query: '{ viewer { isAdmin } }' }, soon)).status, { timeout: 50_000 })
        .toBe(401)
    })

    it('of another project cannot tell its instances from those that never were', async () => {
      const made = await api.create({ name: 'mine' })
      const stranger = await issue({ name: 'stranger', role: 'MEMBER', projectId: 'other' })
      const absent = made.instance.id.replace(/.{12}$/, '000000000000')
      const askAbout = async (id: string): Promise<string> => {
        const answers = [await send({ query: InstanceDocument, variables: { id } }, stranger)]
        for (const change of ['restart', 'stop', 'start', 'delete'] as const) {
          answers.push(await send({ query: changeDocuments[change], variables: { input: { id } } }, stranger))
        }
        answers.push(await send({ query: EventsDocument, variables: { filter: { instanceId: id } } }, stranger))
        return JSON.stringify(answers).replaceAll(id, 'ID')
      }
      const before = (await happened()).length
      expect(await askAbout(made.instance.id)).toBe(await askAbout(absent))
      const operation = await send({ query: OperationDocument, variables: { id: made.operation.id } }, stranger)
      expect(operation.body.data).toEqual({ operation: null })
      const settled = await api.settled(made.operation.id)
      expect(settled.status).toBe('ACTIVE')
      expect((await happened()).slice(before).filter(({ type }) => type.includes('Requested'))).toEqual([])
      await api.changeAndWait('delete', made.instance.id)
    })
  })

  describe('the quota', () => {
    it(`lets exactly ${allowed} of 100 creates through that come at once`, async () => {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, n) => api.tryCreate({ name: `crowd-${n}`, idempotencyKey: `crowd-${n}` })),
      )
      const codes = Object.groupBy(answers, (answer) => (answer.__typename === 'Refusal' ? answer.code : 'accepted'))
      expect(Object.fromEntries(Object.entries(codes).map(([code, all]) => [code, all?.length]))).toEqual({
        accepted: allowed,
        QUOTA_EXCEEDED: 100 - allowed,
      })
      for (const answer of answers) {
        if (answer.__typename === 'Refusal') continue
        expect(await api.settled(answer.operation.id)).toMatchObject({ status: 'ACTIVE' })
        await api.changeAndWait('delete', answer.instance.id)
      }
      expect(await api.tryCreate({ name: 'again' })).toMatchObject({ __typename: 'CreateInstanceAccepted' })
    })
  })
})
