import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDispatch } from '../../../commands/dispatch/dispatch.ts'
import { createHandler } from '../../../commands/handle.ts'
import { type EventStore, EventStoreUnavailable } from '../../../commands/ports/event-store.ts'
import { timeoutOfEach } from '../../../commands/public/definition.ts'
import { createRelay } from '../../../commands/sagas/relay.ts'
import { hostStream } from '../../../domain/host/index.ts'
import { type HostId, parseInstanceId, parseOperationId } from '../../../domain/ids.ts'
import { instanceStream } from '../../../domain/instance/index.ts'
import type { EventMetadata } from '../../../domain/metadata.ts'
import { operationStream } from '../../../domain/operation/index.ts'
import { project, projectStream } from '../../../domain/project/index.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { collect } from '../../support/collect.ts'
import {
  admin,
  type ControlPlane,
  memberOf,
  projectA,
  projectB,
  startControlPlane,
} from '../../support/control-plane.ts'
import { type PlaneWithAgentOptions, startPlaneWithAgent } from '../../support/plane-with-agent.ts'
import { createRecordingTracer } from '../../support/recording-tracer.ts'
import { hostDescription, startScriptedAgent } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('lifecycle')
const bounded = { timeout: 50_000, interval: 10 }
const disposals: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const start = (options?: PlaneWithAgentOptions) => startPlaneWithAgent(dir.next(), disposals, options)

const shop = { type: 'CreateInstance', projectId: projectA, name: 'shop', datastore: 'postgresql' } as const
const withAccounts = { ...shop, databases: [{ name: 'app' }], users: [{ name: 'app' }] } as const

const expectStatus = (plane: ControlPlane, instanceId: string | null, status: string) =>
  vi.waitFor(async () => {
    expect((await plane.instanceState(parseInstanceId(instanceId))).status).toBe(status)
  }, bounded)

const expectOperation = (
  plane: ControlPlane,
  operationId: Parameters<ControlPlane['operationState']>[0],
  status: string,
) => vi.waitFor(async () => expect((await plane.operationState(operationId)).status).toBe(status), bounded)

const held = async (plane: ControlPlane, hostId: HostId) => {
  const quota = (await plane.handler.load(project, projectStream(projectA))).state.ledger.total.instances
  const state = await plane.hostState(hostId)
  return { quota, host: state.status === 'UNREGISTERED' ? 0 : state.claims.total.instances }
}

describe('an instance, from request to deletion', () => {
  it('becomes ACTIVE when the agent has made every step true', async () => {
    const { plane, agent } = await start()
    const created = await plane.sendAccepted(withAccounts)
    await expectStatus(plane, created.instanceId, 'ACTIVE')
    await expectOperation(plane, created.operationId, 'SUCCEEDED')
    expect(agent.received.map(({ payload }) => payload.kind)).toEqual([
      'volume-ready',
      'engine-running',
      'accounts-ready',
      'endpoint-verified',
    ])
    expect(await held(plane, agent.hostId)).toEqual({ quota: 1, host: 1 })
  })

  it('is restarted, stopped, started and deleted, and then holds nothing', async () => {
    const { plane, agent } = await start()
    const { instanceId } = await plane.sendAccepted(shop)
    const id = parseInstanceId(instanceId)
    await expectStatus(plane, id, 'ACTIVE')
    const steps = [
      ['RestartInstance', 'ACTIVE'],
      ['StopInstance', 'STOPPED'],
      ['StartInstance', 'ACTIVE'],
      ['DeleteInstance', 'DELETED'],
    ] as const
    for (const [type, status] of steps) {
      const { operationId } = await plane.sendAccepted({ type, id })
      await expectOperation(plane, operationId, 'SUCCEEDED')
      await expectStatus(plane, id, status)
    }
    await vi.waitFor(async () => expect(await held(plane, agent.hostId)).toEqual({ quota: 0, host: 0 }), bounded)
    expect(plane.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('is restarted by sagas that read what others have appended, and nothing that is their own', async () => {
    const read: StreamName[] = []
    const sagaStore = (store: EventStore): EventStore => ({
      ...store,
      readStream: (stream, options) => {
        read.push(stream)
        return store.readStream(stream, options)
      },
    })
    const { plane } = await start({ sagaStore })
    const { instanceId } = await plane.sendAccepted(shop)
    await expectStatus(plane, instanceId, 'ACTIVE')
    const before = read.length
    const { operationId } = await plane.sendAccepted({
      type: 'RestartInstance',
      id: parseInstanceId(instanceId),
    })
    await expectOperation(plane, operationId, 'SUCCEEDED')
    // The request, which dispatch has appended.
    expect(read.slice(before)).toEqual([instanceStream(parseInstanceId(instanceId))])
  })

  it('fails with the cause of the agent, is removed again and holds nothing', async () => {
    const fault = { code: 'ENGINE_START_FAILED', message: 'no', retryable: false, cause: 'FATAL: the last line' }
    const { plane, agent } = await start({
      script: ({ payload }) => (payload.kind === 'engine-running' ? fault : 'succeed'),
    })
    const created = await plane.sendAccepted(shop)
    await expectStatus(plane, created.instanceId, 'FAILED')
    await expectOperation(plane, created.operationId, 'FAILED')
    expect(agent.received.at(-1)?.payload.kind).toBe('node-absent')
    await vi.waitFor(async () => expect(await held(plane, agent.hostId)).toEqual({ quota: 0, host: 0 }), bounded)
  })

  it('fails by itself when the agent never answers, within its deadline', async () => {
    const { plane } = await start({
      script: () => 'silent',
      settings: { operationTimeoutMs: { ...timeoutOfEach(1), provision: 1500 } },
    })
    const created = await plane.sendAccepted(shop)
    await expectOperation(plane, created.operationId, 'FAILED')
    await expectStatus(plane, created.instanceId, 'FAILED')
  })

  it('can be cancelled while it is made, and is removed again', async () => {
    const { plane, agent } = await start({
      script: ({ payload }) => (payload.kind === 'engine-running' ? 'silent' : 'succeed'),
    })
    const created = await plane.sendAccepted(shop)
    await vi.waitFor(() => expect(agent.received).toHaveLength(2), bounded)
    if (created.operationId === null) throw new Error('no operation')
    await plane.sendAccepted({ type: 'CancelOperation', id: created.operationId })
    await expectOperation(plane, created.operationId, 'CANCELLED')
    await expectStatus(plane, created.instanceId, 'FAILED')
    const [, engine, remove] = agent.received
    expect(remove?.payload.kind).toBe('node-absent')
    expect(remove?.epoch).toBeGreaterThan(engine?.epoch ?? Number.POSITIVE_INFINITY)
  })

  it('can be cancelled before it has begun, and is then begun once, undone and holds nothing', async () => {
    const { plane, agent } = await start()
    // Without a relay the sagas hear of nothing.
    await plane.relay.stop()
    const created = await plane.sendAccepted(shop)
    if (created.operationId === null) throw new Error('no operation')
    const { operationId } = created
    expect((await plane.operationState(operationId)).status).toBe('ABSENT')
    const stranger = { actor: memberOf(projectB) }
    const hidden = await plane.send({ type: 'CancelOperation', id: operationId }, stranger)
    expect(hidden).toMatchObject({ accepted: false, rejection: { code: 'NOT_FOUND' } })
    expect((await plane.operationState(operationId)).status).toBe('ABSENT')

    expect(await plane.sendAccepted({ type: 'CancelOperation', id: operationId })).toMatchObject({ replayed: false })
    expect(await plane.sendAccepted({ type: 'CancelOperation', id: operationId })).toMatchObject({ replayed: true })
    const relay = createRelay({ ...plane, holder: 'next', exclusive: true, takeOverAfterMs: 1000, saveEveryMs: 50 })
    disposals.push(relay.stop)
    relay.start()
    await expectOperation(plane, operationId, 'CANCELLED')
    await expectStatus(plane, created.instanceId, 'FAILED')
    await vi.waitFor(async () => expect(await held(plane, agent.hostId)).toEqual({ quota: 0, host: 0 }), bounded)
    const events = (await collect(plane.eventStore.readStream(operationStream(operationId)))).flat()
    expect(events.filter(({ type }) => type === 'OperationStarted')).toHaveLength(1)
    expect(plane.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('that nobody has asked for cannot be cancelled', async () => {
    const { plane } = await start()
    const operationId = parseOperationId(plane.ids.next())
    expect(await plane.send({ type: 'CancelOperation', id: operationId })).toMatchObject({
      accepted: false,
      rejection: { code: 'NOT_FOUND', field: 'id' },
    })
  })

  it('takes one operation at a time and names the one in progress', async () => {
    const { plane } = await start({
      script: ({ payload }) => (payload.kind === 'engine-running' ? 'silent' : 'succeed'),
    })
    const created = await plane.sendAccepted(shop)
    const answer = await plane.send({ type: 'DeleteInstance', id: parseInstanceId(created.instanceId) })
    expect(answer).toMatchObject({
      accepted: false,
      rejection: { code: 'OPERATION_IN_PROGRESS', details: { operationId: created.operationId } },
    })
  })
})

describe('a command with an idempotency key', () => {
  it('is carried out once, however often and however fast it comes', async () => {
    const { plane } = await start()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => plane.sendAccepted(withAccounts, { idempotencyKey: 'k1' })),
    )
    expect(new Set(answers.map(({ instanceId }) => instanceId)).size).toBe(1)
    expect(new Set(answers.map(({ operationId }) => operationId)).size).toBe(1)
    expect(new Set(answers.map(({ credentials }) => JSON.stringify(credentials))).size).toBe(1)
    const { quota } = await held(plane, hostDescription().hostId)
    expect(quota).toBe(1)
  })

  it('gives the same answer long after, when the instance is gone', async () => {
    const { plane } = await start()
    const first = await plane.sendAccepted(withAccounts, { idempotencyKey: 'k1' })
    await expectStatus(plane, first.instanceId, 'ACTIVE')
    await plane.sendAccepted({ type: 'DeleteInstance', id: parseInstanceId(first.instanceId) })
    await expectStatus(plane, first.instanceId, 'DELETED')
    const again = await plane.sendAccepted(withAccounts, { idempotencyKey: 'k1' })
    expect(again).toMatchObject({ instanceId: first.instanceId, credentials: first.credentials, replayed: true })
  })

  it('gives the same answer when what was asked for is not on offer any more', async () => {
    const { plane } = await start()
    const first = await plane.sendAccepted(withAccounts, { idempotencyKey: 'k1' })
    for (const version of ['17.10', '17.9']) {
      const withdraw = { type: 'WithdrawDatastoreVersion', datastore: 'postgresql', version } as const
      await plane.sendAccepted(withdraw, { actor: admin })
    }
    await vi.waitFor(async () => {
      expect(await plane.send(withAccounts)).toMatchObject({ rejection: { code: 'UNKNOWN_DATASTORE' } })
    }, bounded)
    const again = await plane.sendAccepted(withAccounts, { idempotencyKey: 'k1' })
    expect(again).toMatchObject({ instanceId: first.instanceId, credentials: first.credentials, replayed: true })
  })

  it('does not undo what others have done since', async () => {
    const { plane } = await start()
    const { instanceId } = await plane.sendAccepted(shop)
    const rename = { type: 'RenameInstance', id: parseInstanceId(instanceId) } as const
    const limits = { instances: 5, vcpus: 9, memoryMiB: 9999, volumeGiB: 9 }
    const quota = { type: 'SetQuota', projectId: projectA } as const
    const changes = [
      { first: { ...rename, name: 'store' }, later: { ...rename, name: 'mall' }, actor: memberOf(projectA) },
      { first: { ...quota, ...limits }, later: { ...quota, ...limits, instances: 6 }, actor: admin },
    ]
    for (const { first, later, actor } of changes) {
      const request = { idempotencyKey: 'k2', actor }
      expect(await plane.sendAccepted(first, request)).toMatchObject({ replayed: false })
      await plane.sendAccepted(later, { actor })
      expect(await plane.sendAccepted(first, request)).toMatchObject({ replayed: true })
    }
    expect(await plane.instanceState(instanceId)).toMatchObject({ name: 'mall' })
    const { state } = await plane.handler.load(project, projectStream(projectA))
    expect(state.limits?.instances).toBe(6)
  })

  it('that was cut off when it had claimed the last room there was goes on with that', async () => {
    const { plane, agent } = await start({
      settings: { maxVolumeGiB: 100_000, defaultQuota: { instances: 5, vcpus: 9, memoryMiB: 9999, volumeGiB: 10_000 } },
    })
    const filling = { ...shop, volumeGiB: hostDescription().capacity.volumeGiB } as const
    const cutOff = createDispatch({
      ...plane,
      handler: createHandler({
        ...plane,
        eventStore: {
          ...plane.eventStore,
          append: async (stream, events, expected) => {
            if (events.some(({ type }) => type === 'InstanceRequested')) throw new EventStoreUnavailable('cut off')
            return plane.eventStore.append(stream, events, expected)
          },
        },
      }),
      masterKey: new Uint8Array(32).fill(1),
      settings: plane.settings,
      findInstanceOf: async () => null,
    })
    const request = { actor: memberOf(projectA), idempotencyKey: 'k1', signal: new AbortController().signal }
    await expect(cutOff({ command: filling, ...request })).rejects.toThrow('cut off')
    expect(await held(plane, agent.hostId)).toEqual({ quota: 1, host: 1 })
    const created = await plane.sendAccepted(filling, { idempotencyKey: 'k1' })
    await expectStatus(plane, created.instanceId, 'ACTIVE')
    expect(await held(plane, agent.hostId)).toEqual({ quota: 1, host: 1 })
  })

  it('is refused when its input is another', async () => {
    const { plane } = await start()
    await plane.sendAccepted(shop, { idempotencyKey: 'k1' })
    for (const other of [{ ...shop, name: 'other' }, { ...shop, volumeGiB: 2 }, withAccounts]) {
      expect(await plane.send(other, { idempotencyKey: 'k1' })).toMatchObject({
        accepted: false,
        rejection: { code: 'IDEMPOTENCY_KEY_REUSED' },
      })
    }
  })

  it('means another request in another project', async () => {
    const { plane } = await start()
    const a = await plane.sendAccepted(shop, { idempotencyKey: 'k1' })
    const b = await plane.sendAccepted(
      { ...shop, projectId: projectB },
      { idempotencyKey: 'k1', actor: memberOf(projectB) },
    )
    expect(b.instanceId).not.toBe(a.instanceId)
  })

  it('that was refused is granted under the same key when what stood in its way is gone', async () => {
    const { plane, agent } = await start({
      settings: { defaultQuota: { instances: 0, vcpus: 9, memoryMiB: 9999, volumeGiB: 9 } },
    })
    const first = await plane.send(shop, { idempotencyKey: 'k1' })
    expect(first).toMatchObject({ accepted: false, rejection: { code: 'QUOTA_EXCEEDED' } })
    expect(await plane.send(shop, { idempotencyKey: 'k1' })).toEqual(first)
    const limits = { instances: 5, vcpus: 9, memoryMiB: 9999, volumeGiB: 9 }
    await plane.sendAccepted({ type: 'SetQuota', projectId: projectA, ...limits }, { actor: admin })
    const granted = await plane.sendAccepted(shop, { idempotencyKey: 'k1' })
    expect(granted.replayed).toBe(false)
    expect(await plane.sendAccepted(shop, { idempotencyKey: 'k1' })).toMatchObject({
      instanceId: granted.instanceId,
      replayed: true,
    })
    await expectStatus(plane, granted.instanceId, 'ACTIVE')
    expect(await held(plane, agent.hostId)).toEqual({ quota: 1, host: 1 })
  })

  it('that found no room on any host, and gave its quota back, is granted under the same key when there is some', async () => {
    const { plane, agent } = await start({
      settings: {
        maxVolumeGiB: 100_000,
        defaultQuota: { instances: 5, vcpus: 9, memoryMiB: 9999, volumeGiB: 100_000 },
      },
    })
    const tooLarge = { ...shop, volumeGiB: hostDescription().capacity.volumeGiB } as const
    const other = await plane.sendAccepted({ ...shop, name: 'other' })
    await expectStatus(plane, other.instanceId, 'ACTIVE')
    expect(await plane.send(tooLarge, { idempotencyKey: 'k1' })).toMatchObject({ rejection: { code: 'NO_CAPACITY' } })
    await plane.sendAccepted({ type: 'DeleteInstance', id: parseInstanceId(other.instanceId) })
    await vi.waitFor(async () => expect(await held(plane, agent.hostId)).toEqual({ quota: 0, host: 0 }), bounded)
    const granted = await plane.sendAccepted(tooLarge, { idempotencyKey: 'k1' })
    await expectStatus(plane, granted.instanceId, 'ACTIVE')
    expect(await held(plane, agent.hostId)).toEqual({ quota: 1, host: 1 })
  })

  it('is another command once the key has lived its time, with any input', async () => {
    let passedMs = 0
    const clock = { now: () => Date.now() + passedMs }
    const lifetimeMs = 3_600_000
    const { plane } = await start({ clock, settings: { idempotencyKeyLifetimeMs: lifetimeMs } })
    const first = await plane.sendAccepted(withAccounts, { idempotencyKey: 'k1' })
    await expectStatus(plane, first.instanceId, 'ACTIVE')
    passedMs = lifetimeMs - 60_000
    expect(await plane.sendAccepted(withAccounts, { idempotencyKey: 'k1' })).toMatchObject({
      instanceId: first.instanceId,
      credentials: first.credentials,
      replayed: true,
    })
    passedMs = lifetimeMs
    const second = await plane.sendAccepted({ ...withAccounts, name: 'other' }, { idempotencyKey: 'k1' })
    expect(second.replayed).toBe(false)
    expect(second.instanceId).not.toBe(first.instanceId)
    expect(second.credentials).not.toEqual(first.credentials)
    expect(await plane.send(withAccounts, { idempotencyKey: 'k1' })).toMatchObject({
      rejection: { code: 'IDEMPOTENCY_KEY_REUSED' },
    })
  })

  it('repeats a change that was bound to a version which has passed by its own doing', async () => {
    const { plane } = await start()
    const { instanceId } = await plane.sendAccepted(shop)
    await expectStatus(plane, instanceId, 'ACTIVE')
    const stream = await plane.handler.load(
      (await import('../../../domain/instance/index.ts')).instance,
      `instance-${instanceId}` as never,
    )
    const rename = { type: 'RenameInstance', id: parseInstanceId(instanceId), name: 'store' } as const
    const request = { idempotencyKey: 'k2', expectedVersion: stream.revision ?? -1 }
    await plane.sendAccepted(rename, request)
    expect(await plane.sendAccepted(rename, request)).toMatchObject({ replayed: true })
    expect(await plane.send({ ...rename, name: 'x' }, { expectedVersion: stream.revision ?? -1 })).toMatchObject({
      accepted: false,
      rejection: { code: 'VERSION_CONFLICT' },
    })
  })
})

describe('quota', () => {
  it('is exact under 100 creates at once', async () => {
    const { plane } = await start({
      settings: { defaultQuota: { instances: 7, vcpus: 100, memoryMiB: 1_000_000, volumeGiB: 1000 } },
    })
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => plane.send({ ...shop, name: `shop-${n}` })))
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(7)
    const refusals = answers.flatMap((answer) => (answer.accepted ? [] : answer.rejection.code))
    expect(new Set(refusals)).toEqual(new Set(['QUOTA_EXCEEDED']))
  })

  it('is given back when there is no host with room', async () => {
    const { plane, agent } = await start()
    await plane.sendAccepted(
      {
        type: 'SetQuota',
        projectId: projectA,
        instances: 9,
        vcpus: 999,
        memoryMiB: 9_999_999,
        volumeGiB: 999_999,
      },
      { actor: admin },
    )
    const flavor = { type: 'DefineFlavor', id: 'giant', vcpus: 65, memoryMiB: 1024, description: '' } as const
    await plane.sendAccepted(flavor, { actor: admin })
    await vi.waitFor(() => expect(plane.directory.flavors()).toHaveLength(2), bounded)
    const answer = await plane.send({ ...shop, flavor: 'giant' })
    expect(answer).toMatchObject({ accepted: false, rejection: { code: 'NO_CAPACITY' } })
    expect(await held(plane, agent.hostId)).toEqual({ quota: 0, host: 0 })
  })
})

describe('another project', () => {
  it('is told of an instance what it is told of one that never was', async () => {
    const { plane } = await start()
    const { instanceId } = await plane.sendAccepted(shop)
    const id = parseInstanceId(instanceId)
    const absent = parseInstanceId('01890000-0000-7000-8000-000000000000')
    for (const type of ['RestartInstance', 'StopInstance', 'StartInstance', 'DeleteInstance'] as const) {
      const foreign = await plane.send({ type, id }, { actor: memberOf(projectB), expectedVersion: 99 })
      const unknown = await plane.send({ type, id: absent }, { actor: memberOf(projectB), expectedVersion: 99 })
      expect(JSON.stringify(foreign).replaceAll(id, 'ID')).toBe(JSON.stringify(unknown).replaceAll(absent, 'ID'))
      expect(foreign).toMatchObject({ accepted: false, rejection: { code: 'NOT_FOUND' } })
    }
  })
})

describe('a control plane that was away past a deadline', () => {
  it('takes in what the agent did meanwhile before it judges by the clock', async () => {
    const dataDir = dir.next()
    const before = await startControlPlane(dataDir)
    const description = hostDescription()
    const agent = await startScriptedAgent(before.bus, description, ({ payload }) =>
      payload.kind === 'engine-running' ? 'silent' : 'succeed',
    )
    await before.defineSmallFlavor()
    await vi.waitFor(async () => expect(await before.send(shop)).toMatchObject({ accepted: true }), bounded)
    await vi.waitFor(() => expect(agent.received).toHaveLength(2), bounded)
    const [, engine] = agent.received
    if (!engine) throw new Error('no command for the engine')
    await agent.stop()
    await before.sagas.stop(AbortSignal.timeout(10_000))
    await agent.answer(engine)
    await before.stop()

    // The step had 180 s; the whole has 7 minutes.
    const later = { now: () => Date.now() + 200_000 }
    const after = await startControlPlane(dataDir, { clock: later })
    disposals.push(after.stop)
    const returned = await startScriptedAgent(after.bus, description, () => 'succeed')
    disposals.push(returned.stop)
    await expectOperation(after, engine.operationId, 'SUCCEEDED')
    await expectStatus(after, engine.instanceId, 'ACTIVE')
  })
})

describe('a silent host', () => {
  it('counts as lost, its instances as unreachable, until it is heard again', async () => {
    const tracer = createRecordingTracer()
    const { plane, agent } = await start({ hostLostAfterMs: 300, tracer })
    const beating = setInterval(() => agent.beat().catch(() => {}), 50)
    const { instanceId } = await plane.sendAccepted(shop)
    await expectStatus(plane, instanceId, 'ACTIVE')
    clearInterval(beating)
    await vi.waitFor(async () => {
      expect((await plane.hostState(agent.hostId)).status).toBe('LOST')
      expect(await plane.instanceState(parseInstanceId(instanceId))).toMatchObject({ health: 'UNREACHABLE' })
    }, bounded)
    expect(await plane.send({ ...shop, name: 'second' })).toMatchObject({ rejection: { code: 'NO_CAPACITY' } })
    for (const type of ['RestartInstance', 'StopInstance', 'StartInstance'] as const) {
      const refusal = { code: 'HOST_UNREACHABLE', message: expect.stringContaining('nothing was heard since') }
      expect(await plane.send({ type, id: instanceId })).toMatchObject({ rejection: refusal })
    }
    await agent.beat()
    await vi.waitFor(async () => {
      expect((await plane.hostState(agent.hostId)).status).toBe('UP')
    }, bounded)
    await plane.sendAccepted({ type: 'RestartInstance', id: parseInstanceId(instanceId) })

    const recorded = await Promise.all(
      [hostStream(agent.hostId), instanceStream(parseInstanceId(instanceId))].map((stream) =>
        collect(plane.eventStore.readStream(stream)),
      ),
    )
    // Each is told in a trace of its own, to which all that was recorded for it belongs.
    const causesOf = (type: string) =>
      recorded
        .flat(2)
        .filter((event) => event.type === type)
        .map(({ metadata }) =>
          tracer.spans.find(({ traceparent }) => traceparent === (metadata as EventMetadata).traceparent),
        )
    expect(causesOf('HostLost')).toContainEqual(
      expect.objectContaining({ name: 'host lost', parent: undefined, attributes: { 'coffer.host.id': agent.hostId } }),
    )
    expect(causesOf('HostReturned')).toContainEqual(
      expect.objectContaining({ name: 'host returned', parent: undefined }),
    )
    expect(causesOf('InstanceHealthChanged').map((span) => span?.name)).toContain('host lost')
  })
})
