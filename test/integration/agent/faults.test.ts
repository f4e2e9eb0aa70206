import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
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

const asRoot = process.getuid?.() === 0
let host: TestHost
afterEach(() => host.close(), patienceMs)

describe('an engine that does not start', { timeout: patienceMs }, () => {
  it('fails the command with what its log tells, and leaves nothing that cannot be removed', async () => {
    host = await openTestHost({
      driver: (binDir) => {
        const driver = createFakeDriver(binDir)
        return {
          ...driver,
          configure: async (instance, limits) => {
            await driver.configure(instance, limits)
            await writeFile(join(instance.dataDir, 'broken'), 'the moon is in the wrong phase', { mode: 0o644 })
          },
        }
      },
    })
    const { agent, description } = await host.start()
    const { plane } = host
    const nodeId = newNodeId()
    await plane.send(description, nodeId, volumeReady)
    expect(await host.ask(description, nodeId, engineRunning())).toMatchObject({
      type: 'failed',
      fault: { code: 'ENGINE_START_FAILED', cause: 'FATAL: the moon is in the wrong phase' },
    })
    // An engine that never ran is not tried again behind the back of the operation that failed.
    expect(agent.inspect(nodeId).record).toMatchObject({ desired: 'stopped' })
    expect(await host.ask(description, nodeId, nodeAbsent, { epoch: 2 })).toMatchObject({ type: 'succeeded' })
    expect(pidsOf(nodeId)).toEqual([])
  })

  it('fails the command only when nothing of its preparation goes on any more', async () => {
    let configuring = 0
    host = await openTestHost({
      driver: (binDir) => {
        const driver = createFakeDriver(binDir)
        return {
          ...driver,
          configure: async (instance, limits) => {
            // Beside it, an engine apart from all nodes is asked for its parameters.
            if (limits.clients === 'trial') return driver.configure(instance, limits)
            configuring += 1
            await delay(300)
            await driver.configure(instance, limits)
            configuring -= 1
          },
        }
      },
    })
    const { description } = await host.start()
    const nodeId = newNodeId()
    await host.ask(description, nodeId, volumeReady)
    // Where the key of its certificate is to be written.
    const key = host.place(nodeId, 'tls', 'server.key')
    await mkdir(key, { recursive: true })
    expect(await host.ask(description, nodeId, engineRunning())).toMatchObject({
      type: 'failed',
    })
    expect(configuring).toBe(0)
    await rm(key, { recursive: true })
    expect(await host.ask(description, nodeId, engineRunning(), { epoch: 2 })).toMatchObject({ type: 'succeeded' })
  })

  it('fails the command when its program is missing', async () => {
    host = await openTestHost()
    const { description } = await host.start()
    const nodeId = newNodeId()
    await host.ask(description, nodeId, volumeReady)
    await rm(join(host.binDir, 'node'))
    expect(await host.ask(description, nodeId, engineRunning())).toMatchObject({
      type: 'failed',
      fault: { code: 'ENGINE_START_FAILED', message: expect.stringContaining('ENOENT') },
    })
  })
})

describe('an instance whose data is gone', { timeout: patienceMs }, () => {
  it('is not started on an empty database in its place, and starts when its data is back', async () => {
    host = await openTestHost()
    const { description } = await host.start()
    const nodeId = newNodeId()
    await host.provision(description, nodeId)
    await host.ask(description, nodeId, { kind: 'endpoint-verified', users: [] })
    await host.ask(description, nodeId, engineStopped, { epoch: 2 })
    const data = host.dataDir(nodeId)
    await rename(data, `${data}-elsewhere`)
    expect(await host.ask(description, nodeId, engineRunning(1), { epoch: 3 })).toMatchObject({
      type: 'failed',
      // A tenant reads it: nothing of the host's paths.
      fault: { code: 'DATA_MISSING', message: expect.not.stringContaining(host.directory) },
    })
    expect(existsSync(data)).toBe(false)
    await rename(`${data}-elsewhere`, data)
    expect(await host.ask(description, nodeId, engineRunning(1), { epoch: 4 })).toMatchObject({ type: 'succeeded' })
  })
})

describe.runIf(asRoot)('a disk that is full (needs root)', { timeout: patienceMs }, () => {
  it('fails the creation as DISK_FULL, and everything can be removed', async () => {
    const template = 20 * 1024 * 1024
    host = await openTestHost({
      driver: (binDir) => {
        const driver = createFakeDriver(binDir)
        return {
          ...driver,
          createTemplate: async (installation, directory, owner, signal) => {
            await driver.createTemplate(installation, directory, owner, signal)
            await writeFile(join(directory, 'ballast'), Buffer.alloc(template))
          },
        }
      },
    })
    // Room for the template, and not for a copy of it.
    const engines = join(host.agentDir, 'engines')
    await mkdir(engines, { recursive: true })
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${Math.round(template * 1.5)},mode=711`, 'tmpfs', engines])
    try {
      const { agent, description } = await host.start()
      const { plane } = host
      const nodeId = newNodeId()
      await plane.send(description, nodeId, volumeReady)
      expect(await host.ask(description, nodeId, engineRunning())).toMatchObject({
        type: 'failed',
        fault: { code: 'DISK_FULL', retryable: true },
      })
      expect(await host.ask(description, nodeId, nodeAbsent, { epoch: 2 })).toMatchObject({ type: 'succeeded' })
      expect(existsSync(host.place(nodeId))).toBe(false)
      await agent.stop({ engines: 'stop' })
    } finally {
      execFileSync('umount', [engines])
    }
  })
})

describe('the directory of an agent', { timeout: patienceMs }, () => {
  it('is refused while another agent runs on it', async () => {
    host = await openTestHost()
    const first = await host.spawn()
    await expect(host.start()).rejects.toMatchObject({
      code: 'AGENT_DATABASE_REFUSED',
      message: expect.stringContaining('another agent runs on it'),
    })
    await first.kill()
    await expect(host.start()).resolves.toBeDefined()
  })
})
