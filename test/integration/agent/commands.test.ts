import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { sealPassword } from '../../../commands/secrets/seal.ts'
import type { GuestPayload } from '../../../domain/guest/command.ts'
import type { SealingKey } from '../../../domain/values/sealing-key.ts'
import { createFakeDriver } from '../../support/agent-engine-driver.ts'
import {
  engineRunning,
  engineStopped,
  newNodeId,
  nodeAbsent,
  openTestHost,
  patienceMs,
  pidsOf,
  type TestHost,
  volumeReady,
} from '../../support/agent-host.ts'
import { freePortRange } from '../../support/free-ports.ts'

let host: TestHost
afterEach(() => host.close(), patienceMs)

describe('an agent that is given commands', { timeout: patienceMs }, () => {
  it('answers a repeat from its journal and does nothing twice', async () => {
    host = await openTestHost()
    const { agent, description } = await host.start()
    const nodeId = newNodeId()
    const again = { commandId: randomUUID(), operationId: randomUUID() }
    await host.ask(description, nodeId, volumeReady)
    const first = await host.ask(description, nodeId, engineRunning(), again)
    await host.plane.send(description, nodeId, engineRunning(), again)
    const isAnswer = (r: { type: string; commandId?: string }): boolean =>
      r.type === 'succeeded' && r.commandId === again.commandId
    await host.plane.report(() => host.plane.reports.filter(isAnswer).length === 2)
    expect(host.plane.reports.filter(isAnswer)).toEqual([first, first])
    expect(agent.inspect(nodeId).effects).toHaveLength(1)
  })

  it('restarts an engine once for each generation', async () => {
    host = await openTestHost()
    const { agent, description } = await host.start()
    const nodeId = newNodeId()
    await host.ask(description, nodeId, volumeReady)
    await host.ask(description, nodeId, engineRunning(0))
    const [before] = pidsOf(host.dataDir(nodeId))
    await host.ask(description, nodeId, engineRunning(1), { epoch: 2 })
    const [after] = pidsOf(host.dataDir(nodeId))
    expect(after).not.toBe(before)
    await host.ask(description, nodeId, engineRunning(1), { epoch: 2 })
    expect(pidsOf(host.dataDir(nodeId))).toEqual([after])
    expect(agent.inspect(nodeId).effects.map(({ intent }) => intent)).toEqual(['generation 0', 'generation 1'])
  })

  it('refuses an epoch older than one it has seen', async () => {
    host = await openTestHost()
    const { description } = await host.start()
    const nodeId = newNodeId()
    await host.ask(description, nodeId, volumeReady, { epoch: 5 })
    expect(await host.ask(description, nodeId, engineRunning(), { epoch: 4 })).toMatchObject({
      type: 'failed',
      fault: { code: 'STALE_EPOCH', retryable: false },
    })
  })

  it('does not bring back what was removed when a command of the same epoch comes late', async () => {
    host = await openTestHost()
    const { agent, description } = await host.start()
    const nodeId = newNodeId()
    await host.ask(description, nodeId, nodeAbsent)
    expect(await host.ask(description, nodeId, volumeReady)).toMatchObject({ fault: { code: 'STALE_EPOCH' } })
    expect(agent.inspect(nodeId).record).toBeNull()
  })

  it('does not begin after the deadline', async () => {
    host = await openTestHost()
    const { agent, description } = await host.start()
    const nodeId = newNodeId()
    const deadline = new Date(Date.now() - 1).toISOString()
    expect(await host.ask(description, nodeId, volumeReady, { deadline })).toMatchObject({
      fault: { code: 'DEADLINE_EXCEEDED' },
    })
    expect(agent.inspect(nodeId).record).toBeNull()
  })

  it('breaks off at the deadline, and for the wish that the instance be gone', async () => {
    const begun: AbortSignal[] = []
    host = await openTestHost({
      driver: (binDir) =>
        createFakeDriver(binDir, {
          verifyEndpoint: async (signal) => {
            begun.push(signal)
            await delay(patienceMs, undefined, { signal })
          },
        }),
    })
    const { description } = await host.start()
    const nodeId = newNodeId()
    await host.provision(description, nodeId)
    const verify: GuestPayload = { kind: 'endpoint-verified', users: [] }
    const deadline = new Date(Date.now() + 500).toISOString()
    expect(await host.ask(description, nodeId, verify, { deadline })).toMatchObject({
      fault: { code: 'DEADLINE_EXCEEDED' },
    })
    const endless = await host.plane.send(description, nodeId, verify)
    await expect.poll(() => begun.length, { timeout: patienceMs }).toBe(2)
    const absent = await host.ask(description, nodeId, nodeAbsent)
    expect(await host.plane.resultOf(endless)).toMatchObject({ fault: { code: 'SUPERSEDED' } })
    expect(absent).toMatchObject({ type: 'succeeded' })
  })

  it('works on shared commands beside one another and beside a change, until the instance goes', async () => {
    const begun = new Map<string, AbortSignal>()
    host = await openTestHost({
      driver: (binDir) =>
        createFakeDriver(binDir, {
          ensureDatabases: async (names, signal) => {
            begun.set(names.join(), signal)
            await delay(patienceMs, undefined, { signal })
          },
        }),
    })
    const { agent, description } = await host.start()
    const nodeId = newNodeId()
    await host.provision(description, nodeId)
    const send = (name: string, epoch: number, operationId: string) => {
      const payload: GuestPayload = { kind: 'accounts-ready', databases: [{ name }], users: [] }
      return host.plane.send(description, nodeId, payload, { lane: 'shared', epoch, operationId })
    }
    const isAtWorkOn = (...names: readonly string[]) =>
      expect
        .poll(() => [...begun].filter(([, signal]) => !signal.aborted).map(([name]) => name), { timeout: patienceMs })
        .toEqual(names)
    const [one, other] = [randomUUID(), randomUUID()]
    const [first, second] = [await send('first', 9, one), await send('second', 3, other)]
    await isAtWorkOn('first', 'second')
    expect(await host.ask(description, nodeId, engineRunning(1), { epoch: 2 })).toMatchObject({ type: 'succeeded' })
    expect(agent.inspect(nodeId).effects.map(({ intent }) => intent)).toEqual(['generation 0', 'generation 1'])
    await isAtWorkOn('first', 'second')

    const undoing = await send('undoing', 10, one)
    expect(await host.plane.resultOf(first)).toMatchObject({ fault: { code: 'SUPERSEDED' } })
    await isAtWorkOn('second', 'undoing')
    expect(await host.plane.resultOf(await send('late', 9, one))).toMatchObject({ fault: { code: 'STALE_EPOCH' } })

    const absent = await host.ask(description, nodeId, nodeAbsent, { epoch: 2 })
    expect(absent).toMatchObject({ type: 'succeeded' })
    for (const ended of [second, undoing]) {
      expect(await host.plane.resultOf(ended)).toMatchObject({ fault: { code: 'SUPERSEDED' } })
    }
  })

  it('answers what it does not understand, and goes on after what it cannot answer', async () => {
    host = await openTestHost()
    const { description } = await host.start()
    const nodeId = newNodeId()
    await host.plane.publish(description, nodeId, 'not JSON')
    await host.plane.publish(description, nodeId, '{"commandId":1}')
    const commandId = randomUUID()
    const about = { operationId: randomUUID(), instanceId: randomUUID(), nodeId }
    const strange = { commandId, ...about, payload: { kind: 'paint-it-green' } }
    await host.plane.publish(description, nodeId, JSON.stringify(strange))
    const answer = await host.plane.report((r) => r.type === 'failed' && r.commandId === commandId)
    expect(answer).toMatchObject({ fault: { code: 'COMMAND_NOT_UNDERSTOOD' } })
    expect(await host.ask(description, nodeId, volumeReady)).toMatchObject({ type: 'succeeded' })
  })

  it('opens sealed passwords, and says so when one was sealed to another host', async () => {
    host = await openTestHost()
    const { description } = await host.start()
    const nodeId = newNodeId()
    await host.provision(description, nodeId)
    const accounts = async (key: SealingKey): Promise<GuestPayload> => ({
      kind: 'accounts-ready',
      databases: [{ name: 'app' }],
      users: [
        {
          name: 'ann',
          databases: ['app'],
          sealedPassword: await sealPassword(key, { nodeId, user: 'ann', password: 'twelve chars' }),
        },
      ],
    })
    const key = await host.sealingKey()
    expect(await host.ask(description, nodeId, await accounts(key))).toMatchObject({ type: 'succeeded' })
    expect(readFileSync(join(host.dataDir(nodeId), 'users'), 'utf8')).toBe('ann 12')
    const otherKey = { ...key, publicKey: Buffer.alloc(32, 9).toString('base64url') }
    expect(await host.ask(description, nodeId, await accounts(otherKey))).toMatchObject({
      fault: { code: 'SECRET_UNREADABLE' },
    })
  })

  it('tells the engine that is not installed, and which are', async () => {
    host = await openTestHost()
    const { description } = await host.start()
    const nodeId = newNodeId()
    await host.ask(description, nodeId, volumeReady)
    const wish = engineRunning()
    const payload = wish.kind === 'engine-running' ? { ...wish, spec: { ...wish.spec, version: '9.9' } } : wish
    expect(await host.ask(description, nodeId, payload)).toMatchObject({
      fault: { code: 'ENGINE_NOT_INSTALLED', message: expect.stringContaining('postgresql 1.0') },
    })
  })

  it('gives many instances different ports, and works on them side by side', async () => {
    host = await openTestHost()
    const { description } = await host.start()
    const ids = Array.from({ length: 6 }, newNodeId)
    const endpoints = await Promise.all(ids.map((id) => host.provision(description, id)))
    expect(new Set(endpoints.map(({ port }) => port)).size).toBe(6)
  })
})

describe('the port of an instance', { timeout: patienceMs }, () => {
  let stranger: Server | undefined
  afterEach(() => stranger?.close())

  const occupy = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      stranger = createServer((socket) => socket.on('error', () => {}))
        .once('error', reject)
        .listen({ host: '127.0.0.1', port }, resolve)
    })

  it('is another than one that a stranger has', async () => {
    const ports = await freePortRange(2)
    await occupy(ports.first)
    host = await openTestHost({ config: { ports } })
    const { description } = await host.start()
    const nodeId = newNodeId()
    expect(await host.provision(description, nodeId)).toMatchObject({ port: ports.first + 1 })
  })

  it('is kept for life: a stranger on it is named as the fault', async () => {
    host = await openTestHost()
    const { description } = await host.start()
    const nodeId = newNodeId()
    const { port } = await host.provision(description, nodeId)
    await host.ask(description, nodeId, engineStopped, { epoch: 2 })
    await occupy(port)
    expect(await host.ask(description, nodeId, engineRunning(1), { epoch: 3 })).toMatchObject({
      fault: { code: 'PORT_IN_USE', message: expect.stringContaining(String(port)) },
    })
    stranger?.close()
    expect(await host.ask(description, nodeId, engineRunning(1), { epoch: 4 })).toMatchObject({
      facts: { endpoint: { port } },
    })
  })
})
