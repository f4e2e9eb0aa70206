import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it, onTestFailed } from 'vitest'
import { fillDisk } from '../support/fill-disk.ts'
import { findSecrets } from '../support/find-secret.ts'
import { canMount } from '../support/privileges.ts'
import { createServerApi, type ServerApi } from '../support/server-api.ts'
import { whyNotDistributed } from '../support/shared-stores.ts'
import { clockShiftedBy } from '../support/shifted-clock.ts'
import { readAllKeys, readAllTopics, readWholeStore } from '../support/stored-text.ts'
import { waitFor } from '../support/wait-for.ts'
import { crashEngine, expectGoodEnd } from './distributed/end-checks.ts'
import { createLoad, type Failure, type Kept, type Load, requireRows } from './distributed/load.ts'
import { type BreakableSystem, breakableSystem, roleNames } from './distributed/system.ts'

const missing = await whyNotDistributed()
const clients = 2
const outageMs = 30_000
/** Longer than any single wait for an answer of a store, and than the silence after which a host counts as lost, twice. */
const partitionMs = 40_000
const takesCommandsMs = 3_000
/** Longer than a broker waits for a member of a group. */
const hangMs = 10_000
const shortOutageMs = 5_000
const hourMs = 3_600_000
/** Less than an agent wants for a new volume, and enough for what the databases that are there write meanwhile. */
const roomLeftBytes = 64 * 1024 * 1024

type Hosts = { readonly hosts: { readonly edges: readonly { readonly node: { readonly status: string } }[] } }

const hasItsRows = (kept: Kept): Promise<boolean> =>
  requireRows(kept).then(
    () => true,
    () => false,
  )

const defineTests = (): void => {
  const start = breakableSystem('bad-luck')
  let system: BreakableSystem
  let api: ServerApi
  let load: Load
  /** Starts of engines that had crashed, since the beginning. */
  const restarts: string[] = []

  beforeAll(async () => {
    system = await start()
    api = createServerApi(system)
    await waitFor('the agent to register', async () => {
      const { datastores } = await api.request<{ datastores: readonly object[] }>('{ datastores { type } }')
      return datastores.length > 0
    })
    load = createLoad(api, clients)
  })

  const hostBecomes = (status: 'UP' | 'LOST') =>
    waitFor(`the host to be ${status}`, async () => {
      const { hosts } = await api.request<Hosts>('{ hosts { edges { node { status } } } }')
      return hosts.edges.every(({ node }) => node.status === status)
    })

  /** With clients at work before, during and after. Answers the operations that failed. */
  const endsWithFailures = async (breakAndMend: () => Promise<void>): Promise<readonly Failure[]> => {
    onTestFailed(() => {
      for (const name of roleNames) process.stderr.write(`--- ${name}\n${system.roles[name].warnings().join('\n')}\n`)
    })
    load.start()
    await load.progress(clients)
    await breakAndMend()
    await load.progress(clients)
    await load.finish()
    await expectGoodEnd(system, api, load, restarts)
    return load.takeFailures()
  }
  /** What clients wished for is delayed and not lost: every operation succeeds. */
  const endsWell = async (breakAndMend: () => Promise<void>): Promise<void> => {
    expect(await endsWithFailures(breakAndMend)).toEqual([])
  }

  it.each(roleNames)('ends well when the %s process is killed', async (name) => {
    await endsWell(async () => {
      await system.roles[name].kill()
      await system.roles[name].revived()
    })
  })

  it('ends well when all processes are killed at once', async () => {
    await endsWell(async () => {
      const roles = Object.values(system.roles)
      await Promise.all(roles.map((role) => role.kill()))
      await Promise.all(roles.map((role) => role.revived()))
    })
  })

  it('ends well when Kafka hangs, is killed and stays away for 30 s, in which a database that crashes with its agent comes back', async () => {
    await endsWell(async () => {
      system.kafka.freeze()
      await delay(hangMs)
      await system.kafka.halt('SIGKILL')
      const outage = delay(outageMs)
      const [crashing] = load.kept()
      if (!crashing) throw new Error('no client has a database')
      await system.roles.agent.kill()
      restarts.push(crashEngine(system.agentDataDir, crashing.id))
      await system.roles.agent.revived()
      await waitFor('the database to be back', () => hasItsRows(crashing))
      await outage
      await system.kafka.start()
    })
  })

  it('ends well when Redis is flushed, and when it is killed and starts empty', async () => {
    await endsWell(async () => {
      await system.redis.admin.flushall()
      await load.progress(1)
      await system.redis.kill()
      await delay(shortOutageMs)
      await system.redis.start()
    })
  })

  it('ends well when the event store breaks off everything and is away for 5 s', async (context) => {
    const { network } = system.eventStore
    if (!network) return context.skip('needs an event store of one node without TLS, for a proxy to stand before it')
    await endsWell(async () => {
      await network.refuse()
      await delay(shortOutageMs)
      await network.restore()
    })
  })

  it('ends well when the agent is cut off, unheard at first and then refused, for 40 s in all, and takes commands within 3 s of being UP', async () => {
    await endsWell(async () => {
      const { instance } = await api.provision({ name: 'cut-off', databases: [], users: [] })
      system.agentNetwork.goDark()
      await delay(partitionMs / 2)
      await hostBecomes('LOST')
      await system.agentNetwork.refuse()
      await delay(partitionMs / 2)
      await system.agentNetwork.restore()
      await hostBecomes('UP')
      const askedAt = performance.now()
      await api.changeAndWait('stop', instance.id)
      expect(performance.now() - askedAt).toBeLessThan(takesCommandsMs)
      await api.changeAndWait('delete', instance.id)
    })
  })

  it.each([
    ['ahead', hourMs],
    ['behind', -hourMs],
  ])('ends well when the clock of the agent is an hour %s', async (_, shiftMs) => {
    await endsWell(() => system.roles.agent.restartWith(clockShiftedBy(shiftMs)))
    await system.roles.agent.restartWith({})
  })

  it('ends well when the disk of the agent has no room for another database', async (context) => {
    if (!canMount) return context.skip('needs to mount a file system')
    const failures = await endsWithFailures(async () => {
      const fill = () => fillDisk(system.agentDataDir, roomLeftBytes)
      // What was prepared ahead of need is used up first, and what is deleted makes no room.
      await waitFor('a database to be one too many', () => fill() && load.hasFailures())
      rmSync(fill())
    })
    expect(failures.length).toBeGreaterThan(0)
    const others = failures.filter(({ kind, fault }) => kind !== 'PROVISION' || fault?.code !== 'DISK_FULL')
    expect(others).toEqual([])
  })

  it('leaves no secret in a topic, in the log or in a key of Redis', async () => {
    const secrets = {
      'the admin token': system.adminToken,
      'the master key': system.masterKey,
      ...Object.fromEntries(load.passwords().map((password, index) => [`password ${index}`, password])),
    }
    const topics = await readAllTopics([system.kafka.address])
    const log = await readWholeStore(system.eventStore)
    const keys = await readAllKeys(system.redis.admin)
    // What can be found is found: the id of an instance is in all of them, and so would be a secret.
    const [{ id } = { id: '' }] = load.kept()
    for (const texts of [topics.values(), keys.values(), [log]]) expect([...texts].join()).toContain(id)
    const texts = new Map([...topics, ...keys, ['the log', log]])
    expect([...texts].flatMap(([where, text]) => findSecrets(secrets, where, text))).toEqual([])
  })
}

describe('a system whose parts fail while clients make, restart and delete databases', { timeout: 300_000 }, () => {
  if (missing) it('ends well', (context) => context.skip(missing))
  else defineTests()
})
