import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostDescription } from '../../../domain/host/events.ts'
import type { NodeId } from '../../../domain/ids.ts'
import {
  engineRunning,
  engineStopped,
  newNodeId,
  openTestHost,
  patienceMs,
  pidsOf,
  type TestHost,
} from '../../support/agent-host.ts'

let host: TestHost
let nodeId: NodeId
beforeEach(async () => {
  host = await openTestHost()
  nodeId = newNodeId()
})
afterEach(() => host.close(), patienceMs)

const place = (...names: string[]): string => host.place(nodeId, ...names)
const dataDir = (): string => place('volume', 'data')

const provision = async (description: HostDescription): Promise<void> => {
  const { plane } = host
  await host.provision(description, nodeId)
  await plane.report((r) => r.type === 'health' && r.health === 'HEALTHY')
}

const healthReports = (): readonly string[] =>
  host.plane.reports.flatMap((r) => (r.type === 'health' ? [r.health] : []))

const killEngine = (): number => {
  const [pid = 0] = pidsOf(dataDir())
  process.kill(pid, 'SIGKILL')
  return pid
}

describe('an agent that looks after an engine', { timeout: patienceMs }, () => {
  it('brings a killed engine back within seconds and reports both', async () => {
    const { agent, description } = await host.start()
    await provision(description)
    expect(agent.incidents()).toEqual({ OUT_OF_MEMORY: 0, CRASHED: 0, ENDED: 0, FORCED: 0 })
    const killedAt = performance.now()
    const killed = killEngine()
    await host.plane.report(() => healthReports().length === 3)
    expect(performance.now() - killedAt).toBeLessThan(10_000)
    expect(healthReports()).toEqual(['HEALTHY', 'UNHEALTHY', 'HEALTHY'])
    expect(pidsOf(dataDir())).toHaveLength(1)
    expect(pidsOf(dataDir())).not.toContain(killed)
    expect(agent.incidents()).toEqual({ OUT_OF_MEMORY: 0, CRASHED: 0, ENDED: 1, FORCED: 0 })
  })

  it('notices the death of an engine that it adopted', async () => {
    const first = await host.spawn()
    await provision(first.description)
    await first.kill()
    await host.start()
    killEngine()
    await host.plane.report(() => healthReports().length === 3)
    expect(healthReports()).toEqual(['HEALTHY', 'UNHEALTHY', 'HEALTHY'])
  })

  it('starts at its own start what died while no agent ran', async () => {
    const first = await host.spawn()
    await provision(first.description)
    await first.kill()
    killEngine()
    await expect.poll(() => pidsOf(dataDir()), { timeout: patienceMs }).toEqual([])
    await host.start()
    await expect.poll(() => pidsOf(dataDir()).length, { timeout: patienceMs }).toBe(1)
  })

  it('says in the words of the engine why it does not come back, and brings it back when it can', async () => {
    const { description } = await host.start()
    await provision(description)
    writeFileSync(join(dataDir(), 'broken'), 'somebody broke it')
    killEngine()
    await host.plane.report((r) => r.type === 'health' && r.health === 'UNHEALTHY')
    rmSync(join(dataDir(), 'broken'))
    await host.plane.report(() => healthReports().at(-1) === 'HEALTHY' && healthReports().length >= 3)
  })

  it('ends engines cleanly when told to stop them, and brings back at its next start those that are to run', async () => {
    const { agent, description } = await host.start()
    await provision(description)
    await agent.stop({ engines: 'stop' })
    expect(pidsOf(dataDir())).toEqual([])
    expect(readFileSync(place('log', 'engine.log'), 'utf8')).toContain('stopped as asked')
    await host.start()
    await expect.poll(() => pidsOf(dataDir()).length, { timeout: patienceMs }).toBe(1)
  })

  it('ends with itself, at once, also an engine that does not end cleanly in time, and brings it back at its next start', async () => {
    await host.close()
    host = await openTestHost({ config: { lastStopMs: 200 } })
    const { agent, description } = await host.start()
    await provision(description)
    const busy = join(dataDir(), 'busy')
    writeFileSync(busy, '')
    await agent.stop({ engines: 'stop' })
    expect(pidsOf(dataDir())).toEqual([])
    rmSync(busy)
    await host.start()
    await expect.poll(() => pidsOf(dataDir()).length, { timeout: patienceMs }).toBe(1)
  })

  it('leaves a stopped engine stopped, also after a restart of the agent', async () => {
    const { agent, description } = await host.start()
    await provision(description)
    await host.ask(description, nodeId, engineStopped, { epoch: 2 })
    expect(pidsOf(dataDir())).toEqual([])
    expect(healthReports()).toEqual(['HEALTHY', 'UNKNOWN'])
    await agent.stop({ engines: 'keep' })
    const again = await host.start()
    expect(await host.ask(again.description, nodeId, engineRunning(0), { epoch: 3 })).toMatchObject({
      type: 'succeeded',
    })
    expect(again.agent.inspect(nodeId).effects).toHaveLength(2)
  })

  it('beats, and tells the health of the engines that should run', async () => {
    const { description } = await host.start()
    await provision(description)
    await expect
      .poll(() => host.plane.heartbeats.at(-1), { timeout: patienceMs })
      .toMatchObject({
        hostId: description.hostId,
        holds: { [nodeId]: { running: true, health: 'HEALTHY', generation: 0 } },
      })
  })
})
