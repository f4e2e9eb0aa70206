import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventStore } from '../../commands/ports/event-store.ts'
import type { MessageBus } from '../../commands/ports/message-bus.ts'
import { heartbeatsGroup } from '../../commands/sagas/sagas.ts'
import { agentHeartbeatsTopic, controlPlaneTopics } from '../../domain/guest/topics.ts'
import { hostStream } from '../../domain/host/index.ts'
import type { HostId } from '../../domain/ids.ts'
import { createTestBus } from '../integration/kafka/test-bus.ts'
import { openStore } from '../integration/kurrentdb/test-store.ts'
import { eventsOf } from '../support/collect.ts'
import type { KafkaBroker } from '../support/kafka/broker.ts'
import { startCentralStores } from '../support/kafka/central-stores.ts'
import { whyNoKafka } from '../support/kafka/distribution.ts'
import { hostDescription, startScriptedAgent } from '../support/scripted-agent.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { createServerSite } from '../support/server-site.ts'
import { waitFor } from '../support/wait-for.ts'

const missing = await whyNoKafka()
const hostLostAfterMs = 6_000
const beatEveryMs = 1_000
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

type Host = { readonly hostId: HostId; readonly die: () => void }

const defineTests = (): void => {
  const closing: (() => unknown)[] = []
  afterAll(async () => {
    for (const close of closing.toReversed()) await close()
  })
  const site = createServerSite('judge')
  let kafka: KafkaBroker
  let bus: MessageBus
  let store: EventStore
  let environment: Record<string, string>
  let sagas: ServerProcess[] = []
  let hosts: readonly Host[] = []

  const startSaga = async (): Promise<ServerProcess> => {
    const saga = await site.start({ args: ['--role', 'saga'], env: environment })
    sagas = [...sagas, saga]
    return saga
  }
  const claims = (saga: ServerProcess): number => saga.output().split('judges hosts by what it hears').length - 1
  const judge = () => waitFor('a judge', () => sagas.find((saga) => claims(saga) > 0))

  const startHost = async (): Promise<Host> => {
    const agent = await startScriptedAgent(bus, hostDescription(), () => 'silent')
    // As an agent does that finds its topics gone.
    const beat = () => agent.beat().catch(() => bus.ensureTopics(controlPlaneTopics).catch(() => undefined))
    const timer = setInterval(beat, beatEveryMs)
    closing.push(agent.stop, () => clearInterval(timer))
    return { hostId: agent.hostId, die: () => clearInterval(timer) }
  }
  const countOf = async ({ hostId }: Host, type: string): Promise<number> =>
    (await eventsOf(store, hostStream(hostId), type)).length
  const timesLost = () => Promise.all(hosts.map((host) => countOf(host, 'HostLost')))
  const isLost = async (host: Host) => (await countOf(host, 'HostLost')) > (await countOf(host, 'HostReturned'))
  const heard = () =>
    waitFor('the judge to have heard all', async () =>
      (await bus.lag(heartbeatsGroup).catch(() => [])).some(
        ({ topic, messages }) => topic === agentHeartbeatsTopic && messages < hosts.length,
      ),
    )

  beforeAll(async () => {
    const stores = await startCentralStores(closing)
    kafka = stores.kafka
    environment = {
      ...stores.environment,
      // Of views, which sagas have nothing to do with.
      COFFER_REDIS_URL: 'redis://127.0.0.1:1',
      COFFER_HOST_LOST_AFTER: String(hostLostAfterMs / 1000),
    }
    store = openStore(stores.eventStore.url)
    closing.push(() => store.close())
    bus = createTestBus([kafka.address], { timeoutMs: 5_000, retryMaxMs: 1_000 })
    closing.push(() => bus.close())
    await startSaga()
    await judge()
    await startSaga()
    hosts = [await startHost(), await startHost()]
    await heard()
  })

  it('declares no host lost that it hears, and none twice', async () => {
    await pause(2 * hostLostAfterMs)
    expect(await timesLost()).toEqual([0, 0])
  })

  it('frozen, is followed by another that hears for itself first, and comes back without a word', async () => {
    const frozen = await judge()
    process.kill(frozen.pid, 'SIGSTOP')
    const next = await waitFor('the next judge', () => sagas.find((saga) => saga !== frozen && claims(saga) > 0))
    await pause(2 * hostLostAfterMs)
    process.kill(frozen.pid, 'SIGCONT')
    await pause(2 * hostLostAfterMs)
    expect(await timesLost()).toEqual([0, 0])
    await frozen.kill()
    sagas = [next]
    await startSaga()
  })

  it('declares none lost for 45 s without Kafka', async () => {
    kafka.freeze()
    await pause(45_000)
    kafka.thaw()
    await heard()
    await pause(2 * hostLostAfterMs)
    expect(await timesLost()).toEqual([0, 0])
  })

  it('declares none lost for an emptied disk of Kafka', async () => {
    await kafka.halt('SIGKILL')
    await kafka.empty()
    await kafka.start()
    await waitFor('the heartbeats', () =>
      bus.ensureTopics(controlPlaneTopics).then(
        () => true,
        () => false,
      ),
    )
    await heard()
    await pause(3 * hostLostAfterMs)
    expect(await timesLost()).toEqual([0, 0])
  })

  it('killed at the moment a host dies, is followed by one that tells of it', async () => {
    const [dead, alive] = hosts
    if (!dead || !alive) throw new Error('two hosts were started')
    dead.die()
    await sagas[0]?.kill()
    await waitFor('the host to be lost', () => isLost(dead))
    await pause(hostLostAfterMs)
    expect(await timesLost()).toEqual([1, 0])
  })
}

describe('the judge of hosts among several sagas', { timeout: 240_000 }, () => {
  if (missing) it('is one', (context) => context.skip(missing))
  else defineTests()
})
