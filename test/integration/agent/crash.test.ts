import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NodeId } from '../../../domain/ids.ts'
import type { Endpoint } from '../../../domain/values/instance-spec.ts'
import { fakeDatastore } from '../../support/agent-engine-driver.ts'
import {
  engineRunning,
  newNodeId,
  nodeAbsent,
  openTestHost,
  patienceMs,
  pidsOf,
  type TestHost,
  volumeReady,
} from '../../support/agent-host.ts'

let host: TestHost
let nodeId: NodeId
beforeEach(async () => {
  // Beats would be calls, too, and hide the work among them.
  host = await openTestHost({ config: { heartbeatIntervalMs: patienceMs } })
  nodeId = newNodeId()
})
afterEach(() => host.close(), patienceMs)

const starts = (): readonly string[] => readFileSync(join(dataDir(), 'starts'), 'utf8').trim().split('\n')
const dataDir = (): string => host.dataDir(nodeId)

/** Connects, and resets the connection before anything was answered. */
const breakOff = async ({ host, port }: Endpoint): Promise<void> => {
  const socket = connect({ host, port })
  await once(socket, 'connect')
  socket.resetAndDestroy()
}

describe('an agent that is killed', { timeout: 3 * patienceMs }, () => {
  const points = [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 24, 27, 30]
  it.each(points)(
    'at its call %i while it provisions ends, after a restart, with exactly one engine started',
    async (point) => {
      const first = await host.spawn({ dieAtCall: point })
      const { plane } = host
      const volume = await plane.send(first.description, nodeId, volumeReady)
      const engine = await plane.send(first.description, nodeId, engineRunning())
      await first.gone

      const { agent } = await host.start()
      expect(await plane.resultOf(volume)).toMatchObject({ type: 'succeeded' })
      expect(await plane.resultOf(engine)).toMatchObject({ type: 'succeeded' })
      expect(starts()).toHaveLength(1)
      expect(pidsOf(dataDir())).toHaveLength(1)
      expect(agent.inspect(nodeId).effects.filter(({ kind }) => kind === 'engine-started')).toHaveLength(1)
    },
  )

  // In real time, so that tools of the host are in the middle of their work: accounts, file systems, mounts, copies.
  it.runIf(process.getuid?.() === 0).each([0, 8, 16, 24, 32, 40, 50, 60, 75, 90, 110])(
    '%i ms after it began to make an instance on a loop volume ends with exactly one engine started (needs root)',
    async (afterMs) => {
      await host.close()
      host = await openTestHost({
        config: { volumes: 'loop', preparedVolumes: 1, prepare: [{ datastore: fakeDatastore }] },
      })
      const first = await host.spawn()
      const { plane } = host
      await plane.send(first.description, nodeId, volumeReady)
      const engine = await plane.send(first.description, nodeId, engineRunning())
      await delay(afterMs)
      await first.kill()

      await host.start()
      expect(await plane.resultOf(engine)).toMatchObject({ type: 'succeeded' })
      expect(starts()).toHaveLength(1)
      expect(pidsOf(dataDir())).toHaveLength(1)
    },
  )

  it('while the engine that it restarts is ending leaves one more start to make, and the next one makes it once', async () => {
    const first = await host.spawn()
    const { plane } = host
    await plane.send(first.description, nodeId, volumeReady)
    await plane.resultOf(await plane.send(first.description, nodeId, engineRunning()))
    const busy = join(dataDir(), 'busy')
    writeFileSync(busy, '')
    const restart = await plane.send(first.description, nodeId, engineRunning(1), { epoch: 2 })
    const log = host.place(nodeId, 'log', 'engine.log')
    await expect.poll(() => readFileSync(log, 'utf8'), { timeout: patienceMs }).toContain('stopping')
    await first.kill()
    rmSync(busy)
    await expect.poll(() => pidsOf(dataDir()), { timeout: patienceMs }).toEqual([])

    const { agent } = await host.start()
    expect(await plane.resultOf(restart)).toMatchObject({ type: 'succeeded' })
    expect(starts()).toHaveLength(2)
    const { effects } = agent.inspect(nodeId)
    expect(effects.map(({ intent }) => intent)).toEqual(['generation 0', 'generation 1'])
  })

  it('with its machine has data that had not reached the disk copied anew, and leaves alone what had', async () => {
    const first = await host.start()
    const synced = newNodeId()
    for (const id of [nodeId, synced]) await host.provision(first.description, id)
    expect(await host.ask(first.description, synced, { kind: 'endpoint-verified', users: [] })).toMatchObject({
      type: 'succeeded',
    })
    await first.agent.stop({ engines: 'stop' })
    const marks = [nodeId, synced].map((id) => join(host.dataDir(id), 'mark'))
    for (const mark of marks) writeFileSync(mark, '')
    const database = new DatabaseSync(join(host.agentDir, 'agent.db'))
    database.exec("UPDATE facts SET value = 'an earlier one' WHERE name = 'boot'")
    database.close()

    const { description } = await host.start()
    for (const id of [nodeId, synced])
      expect(await host.ask(description, id, engineRunning(), { epoch: 2 })).toMatchObject({ type: 'succeeded' })
    expect(marks.map((mark) => existsSync(mark))).toEqual([false, true])
  })

  it('leaves its engine running, and the next one adopts it', async () => {
    const first = await host.spawn()
    const endpoint = await host.provision(first.description, nodeId)
    const before = pidsOf(dataDir())
    await first.kill()
    // As the system does for an agent that was asking the engine how it is.
    for (let times = 0; times < 20; times += 1) await breakOff(endpoint)
    expect(pidsOf(dataDir())).toEqual(before)

    const { agent, description } = await host.start()
    // A restart of the same generation is fact already, so nothing is started for it.
    await host.ask(description, nodeId, engineRunning(), { epoch: 2 })
    expect(pidsOf(dataDir())).toEqual(before)
    expect(agent.inspect(nodeId).effects).toHaveLength(1)
  })

  it.each([0, 10, 20, 30, 45, 60, 90])(
    '%i ms after it was asked to remove an instance finishes after a restart',
    async (afterMs) => {
      const first = await host.spawn()
      const { plane } = host
      await host.provision(first.description, nodeId)
      const absent = await plane.send(first.description, nodeId, nodeAbsent, { epoch: 2 })
      await delay(afterMs)
      await first.kill()

      const { agent } = await host.start()
      expect(await plane.resultOf(absent)).toMatchObject({ type: 'succeeded' })
      expect(pidsOf(dataDir())).toEqual([])
      expect(agent.inspect(nodeId).record).toBeNull()
    },
  )
})
