import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  HostsDocument,
  type InstanceFragment as Instance,
  InstanceDocument,
  InstancesDocument,
  IssueTokenDocument,
  OperationsDocument,
  QuotaDocument,
  TokensDocument,
} from '../../../ops/cli/generated/graphql.ts'
import { onEverySite } from '../../support/every-site.ts'
import { findSecrets, type Secrets } from '../../support/find-secret.ts'
import { layoutOf, nodeOfInstance } from '../../support/host-traces.ts'
import { filesBelow, openWithEverything } from '../../support/open-with-everything.ts'
import { loginTo, queryOnce } from '../../support/postgresql-client.ts'
import { createServerApi, type ServerApi } from '../../support/server-api.ts'
import type { ServerProcess } from '../../support/server-process.ts'

onEverySite('secrets', (site) => {
  const given = 'Gegeben-4711-planted'
  let server: ServerProcess
  let api: ServerApi
  let instance: Instance
  let secrets: Secrets
  /** Everything the server has answered since the secrets were shown. */
  const answers: string[] = []

  const ask = async (query: object | string, variables: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.adminToken}` },
      body: JSON.stringify({ query: String(query), variables }),
    })
    const text = await response.text()
    answers.push(text)
    return text
  }

  beforeAll(async () => {
    server = await site.start({ COFFER_LOG_LEVEL: 'trace' })
    api = createServerApi(server)
    const made = await api.provision({
      name: 'vault',
      databases: [{ name: 'app' }],
      users: [{ name: 'given', password: given }, { name: 'generated' }],
      idempotencyKey: 'planted-idempotency-key',
    })
    instance = made.instance
    const generated = made.credentials.find(({ user }) => user === 'generated')?.password ?? ''
    const { secret } = await api.mutate<{ readonly secret: string }>(IssueTokenDocument, {
      name: 'robot',
      role: 'MEMBER',
      idempotencyKey: 'planted-token-key',
    })
    secrets = {
      'the password that was given': given,
      'the password that was generated': generated,
      'the admin token': server.adminToken,
      'the secret of an API token': secret,
      'an idempotency key, from which generated passwords follow': 'planted-idempotency-key',
    }
    for (const [user, password] of [
      ['given', given],
      ['generated', generated],
    ] as const)
      await queryOnce(loginTo(instance, { user, password }), 'SELECT 1')
    // The token opens the API: what is searched for below is what people really use.
    const robot = createServerApi({ url: server.url, adminToken: secret })
    expect(await robot.instance(instance.id)).toMatchObject({ name: 'vault' })
    await api.changeAndWait('restart', instance.id)
    await api.tryCreate({ name: 'refused', users: [{ name: 'postgres', password: given }] })
  })

  /** All but what the engines write themselves, and the one file that holds the admin token for the operator. */
  const ownFiles = (): string[] =>
    [...new Set([site.dataDir, site.controlDir])]
      .flatMap(filesBelow)
      .filter(
        (path) =>
          path !== join(site.controlDir, 'admin-token') &&
          !/\/engines\/(nodes\/[^/]+\/volume|templates|prepared)/.test(path),
      )

  const leaks = (where: string, haystack: Buffer | string): string[] => findSecrets(secrets, where, haystack)

  describe('no secret that was shown once', () => {
    it('is in a file of the data directory: not in the log, the bus, the journal of the agent or what they leave on the disk', () => {
      const files = ownFiles()
      const names = files.map((path) => path.slice(site.dataDir.length + 1))
      expect(names).toEqual(expect.arrayContaining(['agent/agent.db', 'agent/agent.db-wal']))
      if (site.form === 'embedded') {
        // What can be found is found: the name of the instance is in the log, and so would be a secret.
        expect(readFileSync(join(site.dataDir, 'coffer.db-wal')).includes('vault')).toBe(true)
      }
      expect(files.flatMap((path) => leaks(path, readFileSync(path)))).toEqual([])
    })

    // In the embedded form, they are files of the data directory.
    if (site.form === 'distributed') {
      it('is in a topic of Kafka, a key of Redis or a stream of the event store', async () => {
        const texts = await site.readStores()
        // What can be found is found: the instance is in all of them.
        const holders = [...texts].filter(([, text]) => text.includes(instance.id)).map(([where]) => where)
        const namesOf = (part: string) => holders.filter((where) => where.includes(part))
        for (const part of ['coffer.events', 'coffer.agent', 'coffer:', 'the log']) {
          expect(namesOf(part)).not.toEqual([])
        }
        expect([...texts].flatMap(([where, text]) => leaks(where, text))).toEqual([])
      })
    }

    it('is in what the processes write for people, though they write all they can', () => {
      expect(site.output()).toContain(instance.id)
      expect(leaks('the output', site.output())).toEqual([])
    })

    it('is in the log of the engine, which sees its users being made', () => {
      const text = readFileSync(layoutOf(site.dataDir).logFile(nodeOfInstance(instance.id)))
      expect(text.includes('ready to accept connections')).toBe(true)
      expect(leaks('the log of the engine', text)).toEqual([])
    })

    it('is in an answer of the API: not in any query, the audit log or the metrics', async () => {
      await ask(InstanceDocument, { id: instance.id })
      await ask(InstancesDocument, { filter: { includeDeleted: true }, first: 50 })
      await ask(OperationsDocument, { first: 50 })
      await ask(HostsDocument, { first: 50 })
      await ask(TokensDocument, { first: 50 })
      await ask(QuotaDocument)
      for (const newestFirst of [true, false]) {
        await ask(
          `{ events(first: 500, newestFirst: ${newestFirst}) { nodes { id type stream actor { name } data } } }`,
        )
      }
      answers.push(await (await fetch(`${server.url}/metrics`)).text())
      expect(answers.every((answer) => !answer.includes('"errors"'))).toBe(true)
      expect(answers.join('').includes('"InstanceRequested"')).toBe(true)
      expect(answers.flatMap((answer) => leaks('an answer', answer))).toEqual([])
    })

    it('comes through a subscription to the audit log', async () => {
      const ending = new AbortController()
      const seen: string[] = []
      const { events } = JSON.parse(await ask('{ events(first: 1) { edges { cursor } } }')).data
      const document = 'subscription ($after: String) { events(after: $after) { cursor node { type data } } }'
      const values = api.client.subscribe<object>(document, { after: events.edges[0].cursor }, ending.signal)
      for await (const value of values) {
        seen.push(JSON.stringify(value))
        if (seen.at(-1)?.includes('"InstanceRestarted"')) break
      }
      ending.abort()
      expect(seen.some((event) => event.includes('"InstanceRequested"'))).toBe(true)
      expect(seen.flatMap((event) => leaks('a subscription', event))).toEqual([])
    })

    it('is on a command line or in an environment of a process of the engine', () => {
      const texts = readdirSync('/proc')
        .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
        .flatMap((pid) =>
          ['cmdline', 'environ'].map((file) => {
            try {
              return readFileSync(`/proc/${pid}/${file}`, 'latin1')
            } catch {
              return ''
            }
          }),
        )
        .filter((text) => text.includes(site.dataDir) || text.includes(instance.id))
      expect(texts.length).toBeGreaterThan(0)
      expect(texts.flatMap((text) => leaks('a process', text))).toEqual([])
    })

    it('can be read by another account of the machine', () => {
      const ofHost = ['agent/agent.db', 'agent/identity.json'].map((name) => join(site.dataDir, name))
      const ofControl = site.form === 'embedded' ? ['admin-token', 'master-key', 'coffer.db'] : ['admin-token']
      const files = [...ofHost, ...ofControl.map((name) => join(site.controlDir, name))]
      const open = files.filter((file) => (statSync(file).mode & 0o077) !== 0)
      expect(open).toEqual([])
    })

    it('can be opened with the keys that the host has: the one it was sealed to is gone', async () => {
      const { boxes, keys, opened } = await openWithEverything(ownFiles(), nodeOfInstance(instance.id), [
        'given',
        'generated',
      ])
      expect(boxes).toBeGreaterThanOrEqual(2)
      expect(keys).toBeGreaterThan(100)
      expect(opened).toEqual([])
    })

    it('is left in the files after a stop, when all is merged', async () => {
      await server.stop()
      expect(ownFiles().flatMap((path) => leaks(path, readFileSync(path)))).toEqual([])
    })
  })
})
