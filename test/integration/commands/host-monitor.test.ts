import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { NewEvent } from '../../../commands/ports/event-store.ts'
import { MessageBusUnavailable } from '../../../commands/ports/message-bus.ts'
import { firstNodeOf } from '../../../commands/request-ids.ts'
import { createDistrust } from '../../../commands/sagas/distrust.ts'
import { createHostMonitor } from '../../../commands/sagas/host-monitor.ts'
import { exclusion, exclusionStream } from '../../../domain/exclusion/index.ts'
import { type Heartbeat, heartbeatEchoKey } from '../../../domain/guest/report.ts'
import { signMessage } from '../../../domain/guest/signed-message.ts'
import { agentHeartbeatsTopic } from '../../../domain/guest/topics.ts'
import { host, hostStream } from '../../../domain/host/index.ts'
import {
  type HostId,
  type InstanceId,
  parseCommandId,
  parseEventId,
  parseInstanceId,
  parseOperationId,
  parseProjectId,
} from '../../../domain/ids.ts'
import { instance, instanceStream } from '../../../domain/instance/index.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { deriveSigner } from '../../../kernel/signing.ts'
import { collect, eventsOf } from '../../support/collect.ts'
import { hostDescription } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { openWriteSide } from '../../support/write-side.ts'
import { facts, spec } from '../../unit/domain/samples.ts'

const dir = createTempDir('host-monitor')
const disposals: (() => unknown)[] = []
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(async () => {
  vi.useRealTimers()
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const key = deriveSigner('host', 'heartbeats')
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const hostLostAfterMs = 15_000
const lookEveryMs = 3_000

/** A monitor that listens, one host, and the time as the test has it pass. */
const start = async ({ busNow = null }: { readonly busNow?: number | null } = {}) => {
  let elapsed = 0
  let setForwardMs = 0
  const begunAt = Date.now()
  const side = openWriteSide(dir.next(), { now: () => begunAt + elapsed + setForwardMs })
  disposals.push(side.close)
  const { handler, directory } = side
  const { hostId, ...rest } = hostDescription()
  const commandId = parseCommandId(side.ids.next())
  const context = {
    actor: { kind: 'system', name: 'test' },
    commandId,
    correlationId: null,
    projectId: null,
    instanceId: null,
    causationId: commandId,
  } as const
  const stream = hostStream(hostId)
  await handler.handle(
    host,
    stream,
    {
      type: 'RegisterHost',
      description: { hostId, ...rest },
      refusal: null,
      reportId: randomUUID(),
      key: busNow === null ? null : { signingKey: key.publicKey, sequence: 1, admittedBy: 'token' },
    },
    context,
  )
  directory.start()
  await waitFor('the host to be known', () => directory.hosts().length === 1)
  const hears = (key: string, value: unknown): Promise<void> => {
    const message = { topic: agentHeartbeatsTopic, key, value: JSON.stringify(value) }
    const { headers = {} } = key === heartbeatEchoKey ? side.channel.seal(message) : {}
    return monitor.take({ ...message, headers, partition: 0, offset: '0', publishedAt: 0 })
  }
  const hearsItself = () => hears(heartbeatEchoKey, { from: 'test' })
  const distrust = createDistrust(side.log)
  let callOut = hearsItself
  let isJudge = true
  const monitor = createHostMonitor({
    ...side,
    distrust,
    bus: { now: async () => busNow },
    clock: { ...side.clock, elapsedMs: () => elapsed },
    hostLostAfterMs,
    callOut: () => callOut(),
    isJudge: () => isJudge,
  })
  disposals.push(monitor.stop)
  monitor.start()

  /** An instance of the host that is ACTIVE for the log. */
  const provisioned = async (): Promise<InstanceId> => {
    const instanceId = parseInstanceId(side.ids.next())
    const operationId = parseOperationId(side.ids.next())
    const deadline = new Date(begunAt + 60_000).toISOString()
    const of = instanceStream(instanceId)
    const projectId = parseProjectId('acme')
    const wish = {
      instanceId,
      projectId,
      nodeId: firstNodeOf(instanceId),
      hostId,
      operationId,
      deadline,
      name: 'shop',
      databases: [],
      users: [],
    }
    await handler.handle(instance, of, { type: 'RequestInstance', ...wish, sealingKey: null, spec }, context)
    const complete = { type: 'CompleteOperation', operationId, kind: 'provision', results: { engine: facts } } as const
    await handler.handle(instance, of, complete, context)
    const { vcpus, memoryMiB, volumeGiB } = spec
    const resources = { vcpus, memoryMiB, volumeGiB }
    await handler.handle(
      host,
      stream,
      { type: 'ConfirmClaim', hostId, nodeId: wish.nodeId, instanceId, resources },
      context,
    )
    await directory.catchUp(AbortSignal.timeout(10_000))
    return instanceId
  }

  const timesIn = async (of: StreamName, type: string): Promise<number> =>
    (await eventsOf(side.eventStore, of, type)).length

  return {
    provisioned,
    /** Writes what no version of ours reads. */
    spoil: async (instanceId: InstanceId) => {
      const of = instanceStream(instanceId)
      const events = (await collect(side.eventStore.readStream(of))).flat()
      const last = events.at(-1)
      if (!last) throw new Error('an instance has events')
      const { revision, metadata, version, data } = last
      const foreign = { id: parseEventId(randomUUID()), type: 'OrderShipped', version, data, metadata }
      await side.eventStore.append(of, [foreign as NewEvent], revision)
      return revision + 1
    },
    leaveOut: (instanceId: InstanceId, revision: number) => {
      const of = instanceStream(instanceId)
      const excluded = { stream: of, revision, eventType: 'OrderShipped', note: '', excludedBy: commandId }
      return handler.handle(exclusion, exclusionStream(of), { type: 'ExcludeEvent', ...excluded }, context)
    },
    /** As another process found it, which hears of other partitions. */
    becomesMissing: (instanceId: InstanceId) =>
      handler.handle(
        instance,
        instanceStream(instanceId),
        { type: 'ReconcileWithHost', nodeId: firstNodeOf(instanceId), hostId, found: null },
        { ...context, instanceId },
      ),
    dropped: distrust.counts,
    /** Signed by the host, as of then. */
    signedBeat: (sequence: number) => {
      const message = {
        topic: agentHeartbeatsTopic,
        key: hostId,
        value: JSON.stringify({ hostId, at: new Date().toISOString(), holds: {} }),
      }
      const { headers = {} } = signMessage(message, { signer: hostId, sequence, key })
      return monitor.take({ ...message, headers, partition: 0, offset: '0', publishedAt: 0 })
    },
    stateOf: async (instanceId: InstanceId) => (await handler.load(instance, instanceStream(instanceId))).state,
    /** `saidMs`: when, since the start; default: now. */
    beat: (holds: Heartbeat['holds'] = {}, saidMs = elapsed) =>
      hears(hostId, { hostId, at: new Date(begunAt + saidMs).toISOString(), holds }),
    anotherBeats: (other: HostId) => hears(other, { hostId: other, at: new Date().toISOString(), holds: {} }),
    /** As a process sees it that runs all the time. */
    passes: async (ms: number) => {
      for (let left = ms; left > 0; left -= lookEveryMs) {
        elapsed += lookEveryMs
        vi.advanceTimersByTime(lookEveryMs)
        await nextTurn()
      }
    },
    busIsAway: () => {
      callOut = async () => {
        throw new MessageBusUnavailable('away')
      }
    },
    /** It takes what is published, and brings nothing: the consumer has yet to find it again. */
    busBringsNothing: () => {
      callOut = async () => {}
    },
    /** When it is back it answers what was asked of it while it was away. */
    busIsBack: (afterMs = 0) => {
      callOut = async () => {
        elapsed += afterMs
        afterMs = 0
        await hearsItself()
      }
    },
    /** The process does not run meanwhile, and its timers are the first to run again: what is on its way to it comes after them. */
    standsStill: async (ms: number) => {
      elapsed += ms
      vi.advanceTimersByTime(lookEveryMs)
      await nextTurn()
    },
    anotherJudges: () => {
      isJudge = false
    },
    judges: () => {
      isJudge = true
    },
    setClockForward: (ms: number) => {
      setForwardMs = ms
    },
    /** Another host, of which no heartbeat has come yet. */
    registersAnother: async () => {
      const other = hostDescription()
      const of = hostStream(other.hostId)
      await handler.handle(
        host,
        of,
        { type: 'RegisterHost', description: other, refusal: null, reportId: randomUUID(), key: null },
        context,
      )
      await directory.catchUp(AbortSignal.timeout(10_000))
      return of
    },
    /** By all looks so far. */
    timesLost: async (of = stream) => {
      await monitor.stop()
      return timesIn(of, 'HostLost')
    },
    timesReturned: () => timesIn(stream, 'HostReturned'),
  }
}

describe('what a host says it holds', () => {
  const held = { running: true, health: 'HEALTHY', epoch: 1, generation: 0, port: facts.endpoint.port } as const
  const holds = (instanceId: InstanceId): Heartbeat['holds'] => ({
    [firstNodeOf(instanceId)]: { ...held, instanceId, nodeGeneration: 1 },
  })

  it('makes an instance MISSING that is not there, as soon as that has been said for 5 s', async () => {
    const { provisioned, beat, passes, stateOf } = await start()
    const instanceId = await provisioned()
    await beat({})
    await passes(lookEveryMs)
    await beat({})
    expect(await stateOf(instanceId)).toMatchObject({ status: 'ACTIVE' })
    await passes(lookEveryMs)
    await beat({})
    expect(await stateOf(instanceId)).toMatchObject({ status: 'MISSING', health: 'UNREACHABLE' })
  })

  it('leaves an instance as it is that was left out of one heartbeat alone', async () => {
    const { provisioned, beat, passes, stateOf } = await start()
    const instanceId = await provisioned()
    for (const said of [{}, holds(instanceId), {}, holds(instanceId)]) {
      await beat(said)
      await passes(lookEveryMs)
    }
    expect(await stateOf(instanceId)).toMatchObject({ status: 'ACTIVE' })
  })

  it('is looked at again when the host returns, though it says the same as before', async () => {
    const { provisioned, beat, passes, stateOf, becomesMissing, timesLost } = await start()
    const instanceId = await provisioned()
    const saysSo = async () => {
      for (let times = 0; times < 4; times += 1) {
        await beat(holds(instanceId))
        await passes(lookEveryMs)
      }
    }
    await saysSo()
    await becomesMissing(instanceId)
    await saysSo()
    expect(await stateOf(instanceId)).toMatchObject({ status: 'MISSING' })
    await passes(hostLostAfterMs + 2 * lookEveryMs)
    expect(await timesLost()).toBe(1)
    await saysSo()
    expect(await stateOf(instanceId)).toMatchObject({ status: 'ACTIVE' })
  })

  it('does not keep a host lost where one of its instances cannot be read', async () => {
    const { provisioned, beat, passes, spoil, timesLost, timesReturned } = await start()
    const instanceId = await provisioned()
    await beat(holds(instanceId))
    await passes(hostLostAfterMs + 2 * lookEveryMs)
    expect(await timesLost()).toBe(1)
    await spoil(instanceId)
    await beat(holds(instanceId))
    expect(await timesReturned()).toBe(1)
  })

  it('looks again at an instance that could not be read, though its host says the same all the while', async () => {
    const { provisioned, beat, passes, spoil, leaveOut, stateOf } = await start()
    const instanceId = await provisioned()
    const revision = await spoil(instanceId)
    const saysNothingFor = async (ms: number) => {
      for (let left = ms; left > 0; left -= lookEveryMs) {
        await beat({})
        await passes(lookEveryMs)
      }
    }
    await saysNothingFor(10_000)
    await leaveOut(instanceId, revision)
    expect(await stateOf(instanceId)).toMatchObject({ status: 'ACTIVE' })
    await saysNothingFor(65_000)
    expect(await stateOf(instanceId)).toMatchObject({ status: 'MISSING' })
  })

  it('takes nothing from heartbeats that waited, however long they say the same, until one comes as it is said', async () => {
    const { provisioned, beat, passes, stateOf } = await start()
    const instanceId = await provisioned()
    await passes(100_000)
    for (let saidMs = 0; saidMs < 100_000; saidMs += 3 * lookEveryMs) {
      await beat({}, saidMs)
      await passes(lookEveryMs)
    }
    expect(await stateOf(instanceId)).toMatchObject({ status: 'ACTIVE' })
    for (let times = 0; times < 4; times += 1) {
      await passes(lookEveryMs)
      await beat({})
    }
    expect(await stateOf(instanceId)).toMatchObject({ status: 'MISSING' })
  })

  it('makes an instance ACTIVE again that is there again', async () => {
    const { provisioned, beat, passes, stateOf } = await start()
    const instanceId = await provisioned()
    for (const holds of [{}, {}, {}]) {
      await beat(holds)
      await passes(lookEveryMs)
    }
    expect(await stateOf(instanceId)).toMatchObject({ status: 'MISSING' })
    for (let times = 0; times < 3; times += 1) {
      await beat(holds(instanceId))
      await passes(lookEveryMs)
    }
    expect(await stateOf(instanceId)).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY' })
  })
})

describe('the monitor of hosts', () => {
  it('takes no heartbeat of the past for a sign of life, where the bus tells the time', async () => {
    const busNow = Date.parse('2026-01-01T12:00:00Z')
    const { signedBeat, passes, timesLost, dropped } = await start({ busNow })
    // Recorded before this process began, and published again in their order: each is later than the one before.
    for (let count = 0; count < 5; count += 1) {
      await signedBeat(busNow - 3_600_000 + count)
      await passes(lookEveryMs)
    }
    expect(dropped()).toMatchObject({ repeated: 5 })
    expect(await timesLost()).toBe(1)

    const another = await start({ busNow })
    for (let count = 0; count < 5; count += 1) {
      await another.signedBeat(busNow + count)
      await another.signedBeat(busNow + count - 1)
      await another.passes(lookEveryMs)
    }
    expect(another.dropped()).toMatchObject({ repeated: 5, unsigned: 0 })
    expect(await another.timesLost()).toBe(0)
  })

  it('takes a host for lost that is silent for so long while it listens', async () => {
    const { beat, passes, timesLost } = await start()
    await beat()
    await passes(hostLostAfterMs)
    expect(await timesLost()).toBe(1)
  })

  it('gives a host that registers after a long time the full time from its registration', async () => {
    const { beat, passes, registersAnother, timesLost } = await start()
    for (let times = 0; times < 4; times += 1) {
      await beat()
      await passes(lookEveryMs)
    }
    await passes(hostLostAfterMs)
    const another = await registersAnother()
    await passes(hostLostAfterMs - lookEveryMs)
    expect(await timesLost(another)).toBe(0)
  })

  it('takes a host for lost that is never heard after its registration', async () => {
    const { passes, registersAnother, timesLost } = await start()
    await passes(2 * hostLostAfterMs)
    const another = await registersAnother()
    await passes(hostLostAfterMs + 2 * lookEveryMs)
    expect(await timesLost(another)).toBe(1)
  })

  it('does not take a host for lost that is heard again and again', async () => {
    const { beat, passes, timesLost } = await start()
    for (let times = 0; times < 5; times += 1) {
      await beat()
      await passes(hostLostAfterMs - lookEveryMs)
    }
    expect(await timesLost()).toBe(0)
  })

  it('hears first what was said while its process stood still', async () => {
    const { beat, passes, standsStill, timesLost } = await start()
    await beat()
    await standsStill(3_600_000)
    await beat()
    await passes(hostLostAfterMs - lookEveryMs)
    expect(await timesLost()).toBe(0)
  })

  it('takes a host for lost that is silent after its process stood still, too', async () => {
    const { beat, passes, standsStill, timesLost } = await start()
    await beat()
    await standsStill(3_600_000)
    await passes(hostLostAfterMs)
    expect(await timesLost()).toBe(1)
  })

  it('does not take hosts for lost because the bus is away', async () => {
    const { beat, passes, busIsAway, busIsBack, timesLost } = await start()
    await beat()
    busIsAway()
    await passes(10 * hostLostAfterMs)
    busIsBack()
    await passes(hostLostAfterMs - lookEveryMs)
    expect(await timesLost()).toBe(0)
  })

  it('does not take hosts for lost because the bus answers again what it was asked while it was away', async () => {
    const { beat, passes, busIsBack, timesLost } = await start()
    await beat()
    busIsBack(10 * hostLostAfterMs)
    await passes(hostLostAfterMs)
    expect(await timesLost()).toBe(0)
  })

  it('takes a host for lost that is silent when the bus is back, too', async () => {
    const { beat, passes, busIsAway, busIsBack, timesLost } = await start()
    await beat()
    busIsAway()
    await passes(hostLostAfterMs)
    busIsBack()
    await passes(hostLostAfterMs + lookEveryMs)
    expect(await timesLost()).toBe(1)
  })

  it('does not take hosts for lost while the bus is back and brings nothing yet', async () => {
    const { beat, passes, busIsAway, busBringsNothing, timesLost } = await start()
    await beat()
    busIsAway()
    await passes(3 * hostLostAfterMs)
    busBringsNothing()
    await passes(3 * hostLostAfterMs)
    expect(await timesLost()).toBe(0)
  })

  it('gives each host the full time from the first heartbeat of any after the bus was away', async () => {
    const { beat, passes, busIsAway, busBringsNothing, busIsBack, anotherBeats, timesLost } = await start()
    await beat()
    busIsAway()
    await passes(3 * hostLostAfterMs)
    busBringsNothing()
    await passes(hostLostAfterMs)
    await anotherBeats(hostDescription().hostId)
    busIsBack()
    await passes(hostLostAfterMs - lookEveryMs)
    expect(await timesLost()).toBe(0)
  })

  it('says nothing of hosts while another is the judge', async () => {
    const { beat, passes, anotherJudges, timesLost } = await start()
    await beat()
    anotherJudges()
    await passes(10 * hostLostAfterMs)
    expect(await timesLost()).toBe(0)
  })

  it('gives each host the full time once it becomes the judge', async () => {
    const { beat, passes, anotherJudges, judges, timesLost } = await start()
    await beat()
    anotherJudges()
    await passes(10 * hostLostAfterMs)
    judges()
    await passes(hostLostAfterMs)
    expect(await timesLost()).toBe(0)
  })

  it('takes a host for lost that is silent once it becomes the judge, too', async () => {
    const { passes, anotherJudges, judges, timesLost } = await start()
    anotherJudges()
    await passes(10 * hostLostAfterMs)
    judges()
    await passes(hostLostAfterMs + 2 * lookEveryMs)
    expect(await timesLost()).toBe(1)
  })

  it('goes on counting after a moment in which the bus was sharing out anew', async () => {
    const { beat, passes, anotherJudges, judges, timesLost } = await start()
    await beat()
    await passes(hostLostAfterMs - lookEveryMs)
    anotherJudges()
    await passes(lookEveryMs)
    judges()
    await passes(lookEveryMs)
    expect(await timesLost()).toBe(1)
  })

  it('does not go by a clock that is set', async () => {
    const { beat, passes, setClockForward, timesLost } = await start()
    await beat()
    setClockForward(3_600_000)
    await passes(hostLostAfterMs - lookEveryMs)
    expect(await timesLost()).toBe(0)
  })
})
