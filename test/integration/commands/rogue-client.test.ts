import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { firstNodeOf } from '../../../commands/request-ids.ts'
import type { DistrustReason } from '../../../commands/sagas/distrust.ts'
import { sagaGroup } from '../../../commands/sagas/sagas.ts'
import { allCategories } from '../../../domain/aggregates.ts'
import { tryJoinToken } from '../../../domain/guest/join-token.ts'
import type { AgentReport } from '../../../domain/guest/report.ts'
import { eventsTopic } from '../../../domain/guest/topics.ts'
import { type HostId, parseHostId, parseInstanceId, parseOperationId } from '../../../domain/ids.ts'
import { joinByToken } from '../../../ops/bench/log/scripted-channel.ts'
import { admin, projectA, startControlPlane } from '../../support/control-plane.ts'
import { reportIn, startRogueClient } from '../../support/rogue-client.ts'
import { hostDescription, type Script, sealingKeys, startScriptedAgent } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('rogue-client')
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

const create = { type: 'CreateInstance', projectId: projectA, name: 'shop', datastore: 'postgresql' } as const

type Plane = Awaited<ReturnType<typeof startControlPlane>>

const startPlane = async (dataDir: string, hostLostAfterMs?: number): Promise<Plane> => {
  const plane = await startControlPlane(dataDir, hostLostAfterMs === undefined ? {} : { hostLostAfterMs })
  stops.push(plane.stop)
  return plane
}

/** One host that has an instance, or is making one where its script does not let it, and a client that has no business there. */
const start = async ({ script = () => 'succeed' }: { readonly script?: Script } = {}) => {
  const dataDir = dir.next()
  const plane = await startPlane(dataDir)
  await plane.defineSmallFlavor()
  const description = hostDescription()
  const agent = await startScriptedAgent(plane.bus, description, script)
  stops.push(agent.stop)
  await waitFor('its offer', () => plane.directory.datastores().some(({ offered }) => offered.includes('17.10')))
  const rogue = await startRogueClient(plane.bus)
  stops.push(rogue.stop)
  const created = await plane.sendAccepted(create)
  const instanceId = parseInstanceId(created.instanceId ?? '')
  const operationId = parseOperationId(created.operationId ?? '')
  return { dataDir, plane, description, agent, rogue, instanceId, operationId, hostId: description.hostId }
}

/** The whole log, once nothing is left to be handled, and nothing on its way to the bus. */
const logOf = async (plane: Plane): Promise<readonly string[]> => {
  await waitFor('the log to stand still and the sagas to have nothing left', async () => {
    const before = await plane.eventStore.head()
    await delay(300)
    const lag = await plane.bus.lag(sagaGroup)
    return lag.every(({ messages }) => messages === 0) && (await plane.eventStore.head()) === before
  })
  const types: string[] = []
  const ended = new AbortController()
  const head = await plane.eventStore.head()
  for await (const events of plane.eventStore.readAll({ after: 0, categories: allCategories, signal: ended.signal })) {
    types.push(...events.map(({ type, stream }) => `${stream} ${type}`))
    if ((events.at(-1)?.position ?? head) >= head) break
  }
  return types
}

const dropped = (plane: Plane, ...reasons: readonly DistrustReason[]): number => {
  const counts = plane.sagas.distrust()
  return reasons.reduce((sum, reason) => sum + counts[reason], 0)
}

describe('a client that has the password of the bus, and no key', { timeout: 60_000 }, () => {
  it('registers no host, with a token whose id it knows or without one', async () => {
    const { plane, rogue } = await start()
    const { joinToken } = await plane.sendAccepted({ type: 'IssueJoinToken' }, { actor: admin })
    const { tokenId } = tryJoinToken(joinToken) ?? expect.fail('the join token has another form')
    const before = await logOf(plane)
    expect(rogue.heard.filter(({ value }) => value.includes(tokenId))).toEqual([])
    const { signingKey, stamp } = rogue
    const host = hostDescription()
    const registered = { type: 'registered', ...stamp(), host, signingKey } as const
    const bogus = { ...registered, join: { tokenId, proof: randomUUID() } }
    await rogue.report(host.hostId, registered, bogus as typeof registered)
    expect(await logOf(plane)).toEqual(before)
    expect(await plane.hostState(host.hostId)).toMatchObject({ status: 'UNREGISTERED' })
    expect(plane.sagas.distrust()).toMatchObject({ unsigned: 2, 'unknown-host': 1, 'not-admitted': 1 })

    // Who has the token is let in, and nobody after him.
    const joined = await startScriptedAgent(plane.bus, host, () => 'succeed', undefined, joinByToken(joinToken))
    stops.push(joined.stop)
    await waitFor('the host', async () => (await plane.hostState(host.hostId)).status === 'UP')
    const second = hostDescription()
    const late = await startScriptedAgent(plane.bus, second, () => 'succeed', undefined, joinByToken(joinToken))
    stops.push(late.stop)
    await waitFor('the answer', () => late.answers.length > 0)
    expect(late.answers[0]).toContain('the join token was used by another host')
    expect(await plane.hostState(second.hostId)).toMatchObject({ status: 'UNREGISTERED' })
  })

  it('registers no host again with another key or endpoint, which is shown once; an admin can let a new key in', async () => {
    const { plane, rogue, description, hostId, instanceId } = await start()
    await plane.instanceBecomes(instanceId, 'ACTIVE')
    const { signingKey, stamp } = rogue
    const redirected = { ...description, address: '203.0.113.7' }
    const before = await logOf(plane)
    const registrations = Array.from({ length: 3 }, () => ({
      type: 'registered' as const,
      ...stamp(),
      host: redirected,
      signingKey,
    }))
    await rogue.report(hostId, ...registrations)
    expect(await logOf(plane)).toEqual([...before, `host-${hostId} HostKeyRefused`])
    expect(await plane.hostState(hostId)).toMatchObject({
      status: 'UP',
      description: { address: description.address },
      channel: { refusedKey: signingKey },
    })
    expect(plane.sagas.distrust()).toMatchObject({ unsigned: 3, 'another-key': 3 })
    expect(plane.lines.filter(({ message }) => message.includes('cannot be trusted'))).toHaveLength(2)

    const { joinToken } = await plane.sendAccepted({ type: 'IssueJoinToken', hostId }, { actor: admin })
    const renewed = parseHostId(hostId)
    const state = await plane.hostState(renewed)
    const former = state.status === 'UNREGISTERED' ? null : state.channel.signingKey
    const agent = await startScriptedAgent(plane.bus, description, () => 'succeed', undefined, {
      ...joinByToken(joinToken),
      secret: 'another identity',
    })
    stops.push(agent.stop)
    await waitFor('the new key', async () => {
      const now = await plane.hostState(hostId)
      return now.status === 'UP' && now.channel.signingKey !== former && now.channel.refusedKey === null
    })
  })

  it('ends no operation and removes nothing, also as another host that has joined', async () => {
    const { plane, rogue, agent, hostId, operationId, instanceId } = await start({ script: () => 'silent' })
    const other = await startScriptedAgent(plane.bus, hostDescription(), () => 'succeed')
    stops.push(other.stop)
    await waitFor('the other host', async () => (await plane.hostState(other.hostId)).status === 'UP')
    const command = await waitFor('the command', () => agent.received[0])
    const before = await logOf(plane)
    const { commandId, nodeId } = command
    const answered = { commandId, operationId, instanceId, nodeId, hostId }
    const fault = { code: 'ENGINE_START_FAILED', message: 'no', retryable: false } as const
    const success = { type: 'succeeded', ...rogue.stamp(), ...answered } as const
    const failure = { type: 'failed', ...rogue.stamp(), ...answered, fault } as const
    const gone: AgentReport = {
      type: 'holdings',
      ...rogue.stamp(),
      hostId,
      holdings: [{ instanceId, nodeId, epoch: 99, held: null }],
    }
    await rogue.report(hostId, success, failure, gone)
    await other.report(success)
    expect(await logOf(plane)).toEqual(before)
    expect(await plane.operationState(operationId)).toMatchObject({ status: 'RUNNING' })
    expect(plane.sagas.distrust()).toMatchObject({ unsigned: 3, 'wrong-signature': 3, 'another-host': 1 })

    await agent.answer(command)
    await waitFor('the next step', () => agent.received.length === 2)
  })

  it('says nothing of the health of an instance', async () => {
    const { plane, rogue, hostId, instanceId } = await start()
    await plane.instanceBecomes(instanceId, 'ACTIVE')
    const before = await logOf(plane)
    const nodeId = firstNodeOf(instanceId)
    const sick = { health: 'UNHEALTHY', reason: 'forged', epoch: 99 } as const
    await rogue.report(hostId, { type: 'health', ...rogue.stamp(), hostId, instanceId, nodeId, ...sick })
    expect(await logOf(plane)).toEqual(before)
    expect(dropped(plane, 'unsigned', 'wrong-signature')).toBe(2)
  })

  it('makes the sagas follow no event that is not in the log', async () => {
    const { plane, rogue, instanceId } = await start()
    await plane.instanceBecomes(instanceId, 'ACTIVE')
    const real = rogue.heard.filter(({ topic }) => topic === eventsTopic)
    const removal = real.find(({ headers }) => headers.type === 'HostRegistered')
    if (!removal) throw new Error('the registration was not heard of')
    const event = JSON.parse(removal.value) as { readonly data: { readonly hostId: HostId } }
    const forged = {
      ...event,
      type: 'HostRemoved',
      data: { hostId: event.data.hostId, removedAt: new Date().toISOString() },
    }
    const before = await logOf(plane)
    const { headers, key, topic } = removal
    await rogue.publish({ topic, key, value: JSON.stringify(forged), headers }, { topic, key, value: 'nonsense' })
    // One that is in the log, without its seal, as from a relay that made none.
    await rogue.publish({ topic, key, value: removal.value })
    expect(await logOf(plane)).toEqual(before)
    expect(plane.sagas.distrust()).toMatchObject({ unsigned: 2 })
  })

  it('changes nothing by what was said before, not even to a control plane that has just started', async () => {
    const { dataDir, plane, rogue, description, agent, hostId, instanceId } = await start()
    await plane.instanceBecomes(instanceId, 'ACTIVE')
    const nodeId = firstNodeOf(instanceId)
    const report = { ...rogue.stamp(), hostId, instanceId, nodeId, epoch: 1 }
    const health = (state: 'HEALTHY' | 'UNHEALTHY') =>
      agent.report({ type: 'health', ...report, reportId: randomUUID(), health: state, reason: `it is ${state}` })
    await health('UNHEALTHY')
    await health('HEALTHY')
    const moved = await startScriptedAgent(plane.bus, { ...description, address: '192.0.2.9' }, () => 'succeed')
    await agent.report({ type: 'sealing-keys', ...rogue.stamp(), hostId, keys: sealingKeys.slice(500) })
    await waitFor('the new address', async () => {
      const state = await plane.hostState(hostId)
      return state.status === 'UP' && state.description.address === '192.0.2.9'
    })
    await moved.stop()
    await agent.stop()
    const before = await logOf(plane)
    const isOfHost = (message: Parameters<typeof reportIn>[0]) => reportIn(message) !== null
    await waitFor('all to be heard', () => rogue.heard.filter(isOfHost).length >= 10)
    await rogue.replay(isOfHost)
    expect(await logOf(plane)).toEqual(before)
    expect(dropped(plane, 'repeated')).toBeGreaterThan(4)

    await rogue.stop()
    const replayed = rogue.heard.filter(isOfHost)
    await plane.stop()
    stops.splice(0)
    const after = await startPlane(dataDir)
    await after.bus.publish(replayed.map(({ topic, key, value, headers }) => ({ topic, key, value, headers })))
    expect(await logOf(after)).toEqual(before)
    expect(await after.hostState(hostId)).toMatchObject({ description: { address: '192.0.2.9' } })
  })

  it('keeps no dead host alive by its old heartbeats, and brings no lost one back', async () => {
    const dataDir = dir.next()
    const plane = await startPlane(dataDir, 1500)
    const agent = await startScriptedAgent(plane.bus, hostDescription(), () => 'succeed')
    stops.push(agent.stop)
    const { hostId } = agent
    await waitFor('the host', async () => (await plane.hostState(hostId)).status === 'UP')
    const rogue = await startRogueClient(plane.bus)
    stops.push(rogue.stop)
    for (let count = 0; count < 5; count += 1) await agent.beat()
    const isBeat = ({ key, topic }: { readonly key: string; readonly topic: string }) =>
      key === hostId && topic.endsWith('heartbeats')
    await waitFor('the heartbeats', () => rogue.heard.filter(isBeat).length === 5)
    await waitFor('it to be lost', async () => {
      await rogue.replay(isBeat)
      await rogue.beat(hostId)
      return (await plane.hostState(hostId)).status === 'LOST'
    })
    const counted = dropped(plane, 'repeated')
    await rogue.replay(isBeat)
    await waitFor('them to be dropped', () => dropped(plane, 'repeated') >= counted + 5)
    expect(await plane.hostState(hostId)).toMatchObject({ status: 'LOST' })
    expect(dropped(plane, 'unsigned', 'wrong-signature')).toBeGreaterThan(0)

    const heard = rogue.heard.filter((message) => isBeat(message) && message.headers['coffer-signature'] !== undefined)
    await rogue.stop()
    await agent.stop()
    await plane.stop()
    stops.splice(0)
    const after = await startPlane(dataDir, 60_000)
    await after.bus.publish(heard.map(({ topic, key, value, headers }) => ({ topic, key, value, headers })))
    await waitFor('them to be dropped', () => dropped(after, 'repeated', 'wrong-signature') >= heard.length)
    expect(await after.hostState(hostId)).toMatchObject({ status: 'LOST' })
  })

  it('holds up nobody for long by a flood, and leaves nothing in the log', async () => {
    const { plane, rogue, hostId, instanceId } = await start()
    await plane.instanceBecomes(instanceId, 'ACTIVE')
    const before = await logOf(plane)
    const floods = Array.from({ length: 300 }, () => {
      const host = hostDescription()
      return { type: 'registered' as const, ...rogue.stamp(), host, signingKey: rogue.signingKey }
    })
    await Promise.all(floods.map((each) => rogue.report(each.host.hostId, each)))
    await Promise.all(floods.map((each) => rogue.report(hostId, { ...each, host: { ...each.host, hostId } })))
    const began = performance.now()
    const created = await plane.sendAccepted({ ...create, name: 'second' })
    await plane.instanceBecomes(created.instanceId, 'ACTIVE')
    expect(performance.now() - began).toBeLessThan(20_000)
    const after = await logOf(plane)
    const registrations = (log: readonly string[]) =>
      log.filter((line) => /^(host|fleet)-.* (Host(Reg|Key)|Fleet)/.test(line))
    expect(registrations(after)).toEqual([...registrations(before), `host-${hostId} HostKeyRefused`])
    expect(plane.lines.filter(({ message }) => message.includes('cannot be trusted')).length).toBeLessThan(6)
    expect(dropped(plane, 'unsigned', 'unknown-host', 'another-key')).toBe(1200)
  })
})
