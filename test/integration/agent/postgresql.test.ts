import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { identifyProcess, isAlive } from '../../../agent/supervision/process-table.ts'
import { sealPassword } from '../../../commands/secrets/seal.ts'
import type { GuestPayload } from '../../../domain/guest/command.ts'
import type { Endpoint } from '../../../domain/values/instance-spec.ts'
import { systemClock } from '../../../kernel/clock.ts'
import {
  engineFactsOf,
  engineStopped,
  newNodeId,
  nodeAbsent,
  openTestHost,
  patienceMs,
  type TestHost,
  volumeReady,
} from '../../support/agent-host.ts'
import { createNpmPostgresqlDriver, postgresqlRunning } from '../../support/postgresql-host.ts'

let host: TestHost
afterEach(() => host.close(), 2 * patienceMs)

const asRoot = process.getuid?.() === 0
const nodeId = newNodeId()

/** Of a postmaster: the files that it has mapped, and the ids of the System V segments that it made. */
const sharedMemoryOf = (pid: number): { readonly files: readonly string[]; readonly segments: readonly string[] } => ({
  files: [...new Set(readFileSync(`/proc/${pid}/maps`, 'utf8').match(/\/dev\/shm\/PostgreSQL\.\d+/g) ?? [])],
  // Attached: what an engine that was killed has left may be of an earlier process with the same pid.
  segments: systemVSegments()
    .filter(({ creator, attached }) => creator === String(pid) && attached)
    .map(({ id }) => id),
})
type Segment = { readonly id: string; readonly creator: string; readonly attached: boolean }
const systemVSegments = (): readonly Segment[] => {
  const rows = readFileSync('/proc/sysvipc/shm', 'utf8').split('\n')
  const [head = [], ...segments] = rows.map((row) => row.trim().split(/\s+/))
  return segments.map((row) => {
    const [id = '', creator = '', attached = '0'] = ['shmid', 'cpid', 'nattch'].map((name) => row[head.indexOf(name)])
    return { id, creator, attached: attached !== '0' }
  })
}

const dayMs = 24 * 3600 * 1000

/** When the certificate ends that a client is shown now. */
const certificateEnd = async ({ host: address, port }: Endpoint): Promise<number> => {
  const socket = connect({ host: address, port })
  await once(socket, 'connect')
  // SSLRequest (PostgreSQL documentation 54.7); the answer is one byte.
  socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))
  await once(socket, 'data')
  const secured = connectTls({ socket, rejectUnauthorized: false })
  await once(secured, 'secureConnect')
  const { valid_to: end } = secured.getPeerCertificate()
  secured.destroy()
  return Date.parse(end)
}

describe('an agent with PostgreSQL', { timeout: 3 * patienceMs }, () => {
  it('serves a client, is adopted by the next agent, comes back after a kill, and restarts when asked', async () => {
    host = await openTestHost({ config: { volumes: 'auto' }, driver: createNpmPostgresqlDriver })
    const { plane } = host
    const first = await host.start()
    const { description } = first
    const ask = async (payload: GuestPayload, epoch = 1) => {
      const result = await host.ask(description, nodeId, payload, { epoch })
      expect(result).toMatchObject({ type: 'succeeded' })
      return result
    }
    const secret = { nodeId, user: 'shop', password: 'a long enough password' }
    const sealedPassword = await sealPassword(await host.sealingKey(), secret)
    const users = [{ name: 'shop', databases: ['shop'], sealedPassword }]
    await ask(volumeReady)
    const result = await ask(postgresqlRunning(description, 0))
    expect(result.type === 'succeeded' && result.facts?.caCertificate).toBe(description.caCertificate)
    await ask({ kind: 'accounts-ready', databases: [{ name: 'shop' }], users })
    await ask({ kind: 'endpoint-verified', users })
    await plane.report((r) => r.type === 'health' && r.health === 'HEALTHY')

    const pidOf = (agent: typeof first.agent): number => agent.inspect(nodeId).record?.process?.pid ?? 0
    const pid = pidOf(first.agent)
    await first.agent.stop({ engines: 'keep' })
    const second = await host.start()
    await ask({ kind: 'endpoint-verified', users })
    expect(pidOf(second.agent)).toBe(pid)
    expect(second.agent.inspect(nodeId).effects).toHaveLength(1)

    const killed = identifyProcess(pid)
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => pidOf(second.agent), { timeout: patienceMs }).not.toBe(pid)
    await expect.poll(() => second.agent.inspect(nodeId).record?.health, { timeout: patienceMs }).toBe('HEALTHY')
    expect(killed && isAlive(killed)).toBe(false)
    await ask({ kind: 'endpoint-verified', users })

    const beforeRestart = pidOf(second.agent)
    await ask(postgresqlRunning(description, 1), 2)
    expect(pidOf(second.agent)).not.toBe(beforeRestart)
    await ask({ kind: 'endpoint-verified', users }, 2)
    const log = readFileSync(host.place(nodeId, 'log', 'engine.log'), 'utf8')
    expect(log).not.toContain('a long enough password')
  })

  it.each([
    ['that runs', true],
    // By its account, which the engine of another user than root does not have.
    ...(asRoot ? [['that there is no record of', false] as const] : []),
  ] as const)('takes back the shared memory of an instance %s when it removes it', async (_, recorded) => {
    host = await openTestHost({ driver: createNpmPostgresqlDriver })
    const id = newNodeId()
    const first = await host.start()
    for (const payload of [volumeReady, postgresqlRunning(first.description, 0)])
      expect(await host.ask(first.description, id, payload)).toMatchObject({ type: 'succeeded' })
    const { files, segments } = sharedMemoryOf(first.agent.inspect(id).record?.process?.pid ?? 0)
    expect([files.length, segments.length]).not.toContain(0)
    if (!recorded) {
      await first.agent.stop({ engines: 'keep' })
      for (const file of ['agent.db', 'agent.db-wal', 'agent.db-shm'])
        await rm(join(host.agentDir, file), { force: true })
      await host.start()
    }
    expect(await host.ask(first.description, id, nodeAbsent, { epoch: 2 })).toMatchObject({ type: 'succeeded' })
    expect(files.filter((file) => existsSync(file))).toEqual([])
    expect(segments.filter((segment) => systemVSegments().some(({ id: left }) => left === segment))).toEqual([])
  })

  it('runs again when its stop is taken back, at whatever moment', async () => {
    host = await openTestHost({ driver: createNpmPostgresqlDriver })
    const id = newNodeId()
    const { agent, description } = await host.start()
    for (const payload of [volumeReady, postgresqlRunning(description, 0)])
      expect(await host.ask(description, id, payload)).toMatchObject({ type: 'succeeded' })
    let epoch = 1
    for (const afterMs of [0, 3, 10, 20, 35, 50, 75, 100, 150, 250]) {
      epoch += 2
      await host.plane.send(description, id, engineStopped, { epoch })
      await delay(afterMs)
      const back = await host.ask(description, id, postgresqlRunning(description, 0), { epoch: epoch + 1 })
      expect(back, `after ${afterMs} ms`).toMatchObject({ type: 'succeeded' })
      const verified = await host.ask(description, id, { kind: 'endpoint-verified', users: [] }, { epoch: epoch + 1 })
      expect(verified, `after ${afterMs} ms`).toMatchObject({ type: 'succeeded' })
      const { process } = agent.inspect(id).record ?? {}
      expect(process && isAlive(process)).toBe(true)
    }
  })

  it('lets no certificate of a running engine expire, and does not restart it for that', async () => {
    host = await openTestHost({ config: { upkeepIntervalMs: 100 }, driver: createNpmPostgresqlDriver })
    const id = newNodeId()
    const first = await host.start()
    await host.ask(first.description, id, volumeReady)
    const started = await host.ask(first.description, id, postgresqlRunning(first.description, 0))
    const endpoint = engineFactsOf(started)?.endpoint ?? { host: '', port: 0 }
    const before = await certificateEnd(endpoint)
    const process = first.agent.inspect(id).record?.process
    await first.agent.stop({ engines: 'keep' })
    const later = Date.now() + 600 * dayMs
    const { agent } = await host.start({ clock: { ...systemClock, now: () => later } })
    await expect.poll(() => certificateEnd(endpoint), { timeout: patienceMs }).toBeGreaterThan(before + 500 * dayMs)
    expect(agent.inspect(id).record?.process).toEqual(process)
  })
})
