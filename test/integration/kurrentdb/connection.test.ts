import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { issueAuthority, issueServer } from '../../../agent/tls/issue.ts'
import { openKurrentConnection } from '../../../commands/adapters/kurrentdb/connection.ts'
import { parseConnectionUrl } from '../../../commands/adapters/kurrentdb/connection-url.ts'
import { beforeFirst, EventStoreUnavailable } from '../../../commands/ports/event-store.ts'
import { createStreamName } from '../../../domain/stream.ts'
import { anEvent } from '../../support/any-event.ts'
import { collect } from '../../support/collect.ts'
import {
  type EventStoreStandIn,
  type StandInOptions,
  startEventStoreStandIn,
} from '../../support/eventstore-standin/server.ts'
import { startNetworkLink } from '../../support/network-link.ts'
import { silentLog } from '../../support/silent-log.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { openStore } from './test-store.ts'

const dir = createTempDir('kurrentdb')
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const start = async (options: StandInOptions = {}): Promise<EventStoreStandIn> => {
  const server = await startEventStoreStandIn(options)
  closing.push(server.close)
  return server
}
const open = (...args: Parameters<typeof openStore>): ReturnType<typeof openStore> => {
  const store = openStore(...args)
  closing.push(store.close)
  return store
}
const aStream = (category = 'instance') => createStreamName(category, crypto.randomUUID())
const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('expected a rejection')
    },
    (error) => error,
  )

describe('the URL of the event store', () => {
  it.each([
    ['kurrentdb://host:2113?tls=false', 'esdb://host:2113?tls=false'],
    ['kdb+discover://a:1,b:2', 'esdb+discover://a:1,b:2'],
    ['esdb://user:p%40ss@host?tlsCAFile=%2Fca.crt', 'esdb://user:p%40ss@host?tlsCAFile=%2Fca.crt'],
    ['esdb://host?throwOnAppendFailure=true&TLS=false', 'esdb://host?throwOnAppendFailure=true&TLS=false'],
    ['esdb://a:1,b:2?gossipTimeout=3', 'esdb://a:1,b:2?gossipTimeout=3'],
    ['esdb+discover://host?node_preference=Follower', 'esdb+discover://host?node_preference=Follower'],
  ])('%s is taken', (given, clientUrl) => {
    expect(parseConnectionUrl(given).clientUrl).toBe(clientUrl)
  })

  it('is shown without credentials', () => {
    expect(parseConnectionUrl('esdb://admin:ch%40nge%3Ait@host:2113').shown).toBe('esdb://host:2113')
  })

  it.each([
    'http://admin:secret@host',
    'esdb://admin:secret@',
    'esdb://admin:%E0secret@host',
    'esdb://admin:secret@host:port',
    'esdb://admin:secret@host?keepAliveInterval=secret',
    'esdb://admin:secret@host?tlsCAFile=/nowhere.crt',
    '',
  ])('%s is refused, without a word of the password', (url) => {
    const refuse = (): unknown => openStore(url)
    expect(refuse).toThrow(expect.objectContaining({ code: 'CONNECTION_URL_REFUSED' }))
    try {
      refuse()
    } catch (error) {
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret')
    }
  })

  it.each([
    ['tlsVerifyCert=false', /^tlsVerifyCert in the URL .* must be true: .* tlsCAFile$/],
    ['throwOnAppendFailure=false', /^throwOnAppendFailure in the URL .* must be true/],
    ['keepAliveInterval=-1', /^keepAliveInterval in the URL .* whole number of milliseconds/],
    ['defaultDeadline=100', /^defaultDeadline in the URL .* is not supported/],
    ['tls=maybe', /^tls in the URL .* must be true or false$/],
    ['tls', /^tls in the URL .* must be true or false$/],
    ['retries=5', /has an unknown option; the options are tls, tlsCAFile/],
    ['tls=true&TLS=false', /has an option twice$/],
    ['tls=false&tlsCAFile=/ca.crt', /names certificates, and says tls=false$/],
    ['userCertFile=/me.crt', /has one of userCertFile and userKeyFile: both are needed$/],
    ['nodePreference=follower', /has an option for discovery: name several hosts, or begin it with esdb\+discover$/],
    ['maxDiscoverAttempts=3', /has an option for discovery/],
  ])('%s is refused: an option is used as it is written, or named', (option, message) => {
    expect(() => parseConnectionUrl(`esdb://host?${option}`)).toThrow(message)
  })
})

describe('what the client prints', () => {
  it('is logged', () => {
    const printed = vi.spyOn(console, 'warn').mockImplementation(() => {})
    closing.push(() => printed.mockRestore())
    const warnings: string[] = []
    const log = { ...silentLog, warn: (fields: object) => warnings.push(JSON.stringify(fields)) }
    const connection = openKurrentConnection({ url: 'esdb://host?tls=false&keepAliveInterval=1000', log })
    closing.push(connection.close)
    expect(warnings.join()).toContain('KeepAliveInterval of 1000')
    expect(printed).not.toHaveBeenCalled()
  })
})

describe('a connection with TLS', { timeout: 60_000 }, () => {
  const users = {
    coffer: { password: 'planted:p@ss', isAdmin: true },
    guest: { password: 'planted-guest', isAdmin: false },
  }
  const startSecure = async () => {
    const authority = await issueAuthority('test', new Date())
    const { certificate, key } = await issueServer(authority, ['127.0.0.1'], new Date())
    const server = await start({ users, tls: { certificate: Buffer.from(certificate), key: Buffer.from(key) } })
    const ca = join(dir.path, 'ca.crt')
    await writeFile(ca, authority.certificate)
    const urlOf = (user: string, password: string) =>
      `esdb://${user}:${encodeURIComponent(password)}@127.0.0.1:${server.port}?tls=true&tlsCAFile=${ca}`
    return { server, urlOf }
  }

  it('works with the right credentials, and for a user who may not read everything says what is needed', async () => {
    const { urlOf } = await startSecure()
    const store = open(urlOf('coffer', 'planted:p@ss'))
    const { position } = await store.append(aStream(), [anEvent({})], 'no-stream')
    expect(await store.head()).toBe(position)

    const guest = open(urlOf('guest', 'planted-guest'))
    await guest.append(aStream(), [anEvent({})], 'no-stream')
    const denied = await rejection(guest.head())
    expect(denied).toBeInstanceOf(EventStoreUnavailable)
    expect(denied.message).toContain('$admins')

    const wrong = await rejection(open(urlOf('coffer', 'wrong')).head())
    expect(wrong).toBeInstanceOf(EventStoreUnavailable)
    expect(wrong.message).toContain('does not accept this user and password')
  })

  it('tells of a server that is not there without the notes of gRPC', async () => {
    const server = await start()
    await server.close()
    const { message } = await rejection(open(`esdb://127.0.0.1:${server.port}?tls=false`).head())
    expect(message).toMatch(/cannot be reached: .*ECONNREFUSED/)
    expect(message).not.toMatch(/Resolution note/)
  })

  it('refuses a server whose certificate it does not trust', async () => {
    const { server } = await startSecure()
    const store = open(`esdb://coffer:planted@127.0.0.1:${server.port}?tls=true`)
    expect(await rejection(store.head())).toBeInstanceOf(EventStoreUnavailable)
  })

  it('lets no password out, not even with DEBUG=*', async () => {
    const { urlOf } = await startSecure()
    const program = join(import.meta.dirname, 'print-debug-output.ts')
    const url = urlOf('coffer', 'planted:p@ss')
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, url], {
      env: { ...process.env, DEBUG: '*' },
    })
    expect(stdout).toContain('saved')
    for (const secret of ['planted', encodeURIComponent('planted:p@ss'), btoa('coffer:planted:p@ss')]) {
      expect(stdout + stderr).not.toContain(secret)
    }
  })
})

describe('a connection that breaks', { timeout: 60_000 }, () => {
  it('is replaced once, however many find it broken, and says so without the password', async () => {
    const server = await start()
    const warnings: string[] = []
    const log = { ...silentLog, warn: (fields: object) => warnings.push(JSON.stringify(fields)) }
    const store = open(server.url.replace('://', '://user:planted@'), { log, maxTries: 1 })
    await store.head()
    server.goAway()
    const errors = await Promise.all(Array.from({ length: 20 }, () => rejection(store.head())))
    for (const error of errors) expect(error).toBeInstanceOf(EventStoreUnavailable)
    expect(warnings).toHaveLength(1)
    expect(warnings.join()).not.toContain('planted')
    await server.comeBack()
    expect(await store.head()).toBe(beforeFirst)
  })

  it('is kept where the server refuses a call because there are too many, and the call is tried again', async () => {
    const server = await start()
    const warn = vi.fn()
    const store = open(server.url, { log: { ...silentLog, warn } })
    const stream = aStream()
    await store.append(stream, [anEvent({})], 'no-stream')
    server.faults.refusals = 2
    expect(await collect(store.readStream(stream))).toMatchObject([[{ revision: 0 }]])
    expect(server.faults.refusals).toBe(0)
    expect(warn).not.toHaveBeenCalled()
  })

  it('is noticed also when the network is silently gone: subscribers are dropped', async () => {
    const server = await start()
    const link = await startNetworkLink(server)
    closing.push(link.close)
    const store = open(`esdb://127.0.0.1:${link.port}?tls=false&keepAliveInterval=1000&keepAliveTimeout=500`)
    const { promise: present, resolve: isPresent } = Promise.withResolvers<void>()
    const { promise: live, resolve: isLive } = Promise.withResolvers<void>()
    const dropped = rejection(
      (async () => {
        for await (const { kind } of store.subscribe({ after: beforeFirst, signal: new AbortController().signal })) {
          if (kind === 'events') isLive()
          else isPresent()
        }
      })(),
    )
    await present
    await store.append(aStream(), [anEvent({})], 'no-stream')
    await live
    link.loseAnswers()
    expect(await dropped).toBeInstanceOf(EventStoreUnavailable)
  })

  it('finds a cluster by discovery also when nobody answered the first time', async () => {
    const server = await start()
    server.goAway()
    const store = open(`esdb+discover://127.0.0.1:${server.port}?tls=false&maxDiscoverAttempts=2`, { maxTries: 1 })
    expect(await rejection(store.head())).toBeInstanceOf(EventStoreUnavailable)
    await server.comeBack()
    await store.append(aStream(), [anEvent({})], 'no-stream')
  })

  it('goes on with the leader when it came to another node', async () => {
    const [follower, leader] = [await start(), await start()]
    follower.faults.leader = { host: leader.host, port: leader.port }
    const store = open(follower.url)
    const stream = aStream()
    const { position } = await store.append(stream, [anEvent({})], 'no-stream')
    expect(leader.log.read(stream)).toHaveLength(1)
    expect(follower.log.read(stream)).toBe('not-found')
    expect(await store.head()).toBe(position)
  })

  it('gives up a call in a bounded time when answers are slow, and has written once what it tried often', async () => {
    const server = await start()
    const store = open(server.url, { callTimeoutMs: 300, maxTries: 2 })
    const stream = aStream()
    const event = anEvent({})
    server.faults.delayMs = 3000
    expect(await rejection(store.append(stream, [event], 'no-stream'))).toBeInstanceOf(EventStoreUnavailable)
    server.faults.delayMs = 0
    expect(await store.append(stream, [event], 'no-stream')).toMatchObject({ revision: 0 })
    expect(server.log.read(stream)).toHaveLength(1)
  })

  it('answers two who append the same at once as one, though the server answers a repeat only when it is sure of the first', async () => {
    const server = await start()
    const store = open(server.url)
    const stream = aStream()
    const events = [anEvent({}), anEvent({})]
    server.faults.commitMs = 500
    server.faults.writeTimeoutMs = 300
    const [one, other] = await Promise.all([
      store.append(stream, events, 'no-stream'),
      store.append(stream, events, 'no-stream'),
    ])
    expect(other).toEqual(one)
    expect(server.log.read(stream)).toHaveLength(2)
  })

  it('repeats an append whose answer was lost by itself', async () => {
    const server = await start()
    const store = open(server.url, { callTimeoutMs: 300 })
    const stream = aStream()
    server.faults.lostAnswers = 1
    const answer = await store.append(stream, [anEvent({}), anEvent({})], 'no-stream')
    const stored = server.log.read(stream)
    expect(stored).toHaveLength(2)
    expect(answer).toEqual({ revision: 1, position: Number(server.log.records.at(-1)?.position) })
  })
})

it('serves more readers at once than the server takes calls of one connection', async () => {
  const server = await start()
  const store = open(server.url)
  const stream = aStream()
  await store.append(stream, [anEvent({})], 'no-stream')
  server.faults.delayMs = 20
  const countEvents = async (): Promise<number> => {
    let events = 0
    for await (const page of store.readStream(stream)) events += page.length
    return events
  }
  expect(await Promise.all(Array.from({ length: 256 }, countEvents))).toEqual(Array.from({ length: 256 }, () => 1))
  expect(server.calls('read')).toBe(256)
}, 60_000)

describe('appends', { timeout: 60_000 }, () => {
  const appendEach = (store: ReturnType<typeof open>, streams: readonly ReturnType<typeof aStream>[]) =>
    Promise.all(streams.map((stream) => store.append(stream, [anEvent({})], 'no-stream')))

  it('go over one call, however many there are at once', async () => {
    const server = await start()
    const store = open(server.url)
    const streams = Array.from({ length: 100 }, () => aStream())
    const answers = await appendEach(store, streams)
    expect(answers.map(({ position }) => position).toSorted((a, b) => a - b)).toEqual(
      server.log.records.filter(({ type }) => !type.startsWith('$')).map(({ position }) => Number(position)),
    )
    expect(server.calls('batchAppend')).toBe(1)
    expect(server.calls('append')).toBe(0)
  })

  it('are each written once when answers are lost to some of those on their way', async () => {
    const server = await start()
    const store = open(server.url, { callTimeoutMs: 300 })
    const streams = Array.from({ length: 20 }, () => aStream())
    server.faults.lostAnswers = 5
    for (const { revision } of await appendEach(store, streams)) expect(revision).toBe(0)
    for (const stream of streams) expect(server.log.read(stream)).toHaveLength(1)
  })

  it('turn to the leader when it became another in the middle of their call', async () => {
    const [former, leader] = [await start(), await start()]
    const store = open(former.url)
    await appendEach(store, [aStream()])
    former.faults.leader = { host: leader.host, port: leader.port }
    const streams = [aStream(), aStream()]
    await appendEach(store, streams)
    for (const stream of streams) expect(leader.log.read(stream)).toHaveLength(1)
  })

  it.each([
    ['could not do them in time', 'timeouts'],
    ['is busy', 'busy'],
  ] as const)('are tried again over the same connection when the server says that it %s', async (_, fault) => {
    const server = await start()
    const warnings: object[] = []
    const store = open(server.url, { log: { ...silentLog, warn: (fields) => warnings.push(fields) } })
    server.faults[fault] = 2
    const stream = aStream()
    await appendEach(store, [stream])
    expect(server.log.read(stream)).toHaveLength(1)
    expect(server.calls('batchAppend')).toBe(1)
    expect(warnings).toEqual([])
  })

  it('of more than a request holds are refused whole, and leave the call as it was', async () => {
    const server = await start()
    const store = open(server.url)
    const large = Array.from({ length: 9 }, () => anEvent({ text: 'x'.repeat(900_000) }))
    const [stream, other] = [aStream(), aStream()]
    const refused = rejection(store.append(stream, large, 'no-stream'))
    await appendEach(store, [other])
    expect(await refused).toMatchObject({ code: 'EVENT_REFUSED', message: expect.stringContaining('1048576') })
    expect(server.log.read(stream)).toBe('not-found')
    expect(server.calls('batchAppend')).toBe(1)
  })
})
