import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Agent } from '../../../agent/agent.ts'
import type { AgentConfig } from '../../../agent/config.ts'
import type { NodeRecord, ProcessId } from '../../../agent/journal/nodes.ts'
import type { AgentReport } from '../../../domain/guest/report.ts'
import type { HostDescription } from '../../../domain/host/events.ts'
import type { NodeId } from '../../../domain/ids.ts'
import type { Endpoint } from '../../../domain/values/instance-spec.ts'
import {
  engineFactsOf,
  engineStopped,
  newNodeId,
  openTestHost,
  patienceMs,
  type TestHost,
  volumeReady,
} from '../../support/agent-host.ts'
import { silentConnections } from '../../support/crowd.ts'
import { createNpmPostgresqlDriver, postgresqlRunning, superuserOf } from '../../support/postgresql-host.ts'

let host: TestHost
let agent: Agent
let description: HostDescription
let nodeId: NodeId
let endpoint: Endpoint
const sessions: pg.Client[] = []

const uselessAfterMs = 1500
/** With a PostgreSQL on it. */
const openHost = async (config: Partial<AgentConfig>): Promise<void> => {
  host = await openTestHost({ config, driver: createNpmPostgresqlDriver })
  nodeId = newNodeId()
  ;({ agent, description } = await host.start())
  for (const payload of [volumeReady, postgresqlRunning(description, 0)]) {
    const result = await host.ask(description, nodeId, payload)
    endpoint = engineFactsOf(result)?.endpoint ?? endpoint
    expect(result).toMatchObject({ type: 'succeeded' })
  }
}
const anotherHost = async (config: Partial<AgentConfig>): Promise<void> => {
  await host.close()
  await openHost(config)
}
beforeEach(async () => {
  await openHost({ healthIntervalMs: 100, healthTimeoutMs: 500, uselessAfterMs })
  await report({ health: 'HEALTHY' })
}, 2 * patienceMs)
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.end().catch(() => {})
  await host.close()
}, patienceMs)

type HealthReport = Extract<AgentReport, { type: 'health' }>
const reports = (): readonly HealthReport[] => host.plane.reports.flatMap((r) => (r.type === 'health' ? [r] : []))
const report = (wanted: { readonly health?: string; readonly reason?: RegExp; readonly incident?: RegExp }) =>
  host.plane.report(
    (r) =>
      r.type === 'health' &&
      (wanted.health === undefined || r.health === wanted.health) &&
      (wanted.reason === undefined || wanted.reason.test(r.reason)) &&
      (wanted.incident === undefined || wanted.incident.test(r.incident ?? '')),
  )
const record = (): NodeRecord | null => agent.inspect(nodeId).record
const main = (): ProcessId => {
  const running = record()?.process
  if (!running) throw new Error('the engine does not run')
  return running
}
const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
/** Looks without a pause: it takes the engine some milliseconds. */
const recoveringAlready = (pid: number): number => {
  const deadline = performance.now() + patienceMs
  while (performance.now() < deadline) {
    const children = childrenOf(pid)
    const named = (part: string) => children.find((child) => titleOf(child).includes(`: ${part}`))
    const recovery = named('startup')
    if (recovery !== undefined && named('checkpointer') !== undefined) return recovery
  }
  throw new Error('the engine was never seen to recover')
}
const titleOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
const superuser = async (): Promise<pg.Client> => {
  const session = await superuserOf(host.dataDir(nodeId))
  sessions.push(session)
  return session
}
const servesAgain = async (): Promise<void> => {
  await expect.poll(() => record()?.health, { timeout: patienceMs }).toBe('HEALTHY')
  const verified = await host.ask(description, nodeId, { kind: 'endpoint-verified', users: [] })
  expect(verified).toMatchObject({ type: 'succeeded' })
}
/** Long enough for several looks after the time at which a useless engine is ended. */
const looksPass = async (): Promise<void> => {
  const until = performance.now() + 3 * uselessAfterMs
  await expect.poll(() => performance.now(), { timeout: patienceMs }).toBeGreaterThan(until)
}

describe('a PostgreSQL that runs and serves nobody', { timeout: 2 * patienceMs }, () => {
  it.each([
    ['its main process', () => [main().pid]],
    ['all its processes', () => [main().pid, ...childrenOf(main().pid)]],
  ] as const)('is ended and started again when %s stands still', async (_, frozen) => {
    const before = main()
    for (const pid of frozen()) process.kill(pid, 'SIGSTOP')
    await report({ health: 'UNHEALTHY', reason: /does not answer within 0.5 s/ })
    await report({
      health: 'UNHEALTHY',
      incident: /ended by force: it has not served for \d+ s, and its processes stood/,
    })
    await report({ health: 'HEALTHY', reason: /stood still/ })
    expect(main()).not.toEqual(before)
    await servesAgain()
  })

  it('is ended and started again when it refuses every login', async () => {
    const before = main()
    // The map of the catalogs that every session reads first.
    const map = join(host.dataDir(nodeId), 'global', 'pg_filenode.map')
    renameSync(map, `${map}.away`)
    await report({ health: 'UNHEALTHY', incident: /ended by force: it has refused every login/ })
    renameSync(`${map}.away`, map)
    await report({ health: 'HEALTHY', reason: /refused every login/ })
    expect(main()).not.toEqual(before)
    await servesAgain()
  })

  it('is ended and started again when somebody told it to end, and a session keeps it from that', async () => {
    const before = main()
    await superuser()
    process.kill(before.pid, 'SIGTERM')
    await report({ health: 'UNHEALTHY', incident: /ended by force: it was told to end, not by Coffer/ })
    await report({ health: 'HEALTHY', reason: /told to end/ })
    expect(main()).not.toEqual(before)
    await servesAgain()
  })
})

describe('a PostgreSQL that serves its clients', { timeout: 2 * patienceMs }, () => {
  it('is healthy and lets its owner in while 200 connections that say nothing are opened again and again', async () => {
    await anotherHost({ healthIntervalMs: 100 })
    const before = main()
    const leave = await silentConnections(endpoint, 200, { again: true })
    const until = performance.now() + 25_000
    while (performance.now() < until) await (await superuser()).end()
    leave()
    expect(main()).toEqual(before)
    expect(reports().map(({ health }) => health)).not.toContain('UNHEALTHY')
  })

  it('is left alone, and healthy, while connections that say nothing take every place', async () => {
    await anotherHost({ healthIntervalMs: 100 })
    const before = main()
    const leave = await silentConnections(endpoint, 500)
    const login = () =>
      superuser().then(
        () => 'served',
        (error: { readonly code?: string }) => error.code,
      )
    await expect.poll(login, { timeout: patienceMs }).toBe('53300')
    await expect.poll(login, { timeout: patienceMs }).toBe('served')
    leave()
    await servesAgain()
    expect(main()).toEqual(before)
    expect(reports().map(({ health }) => health)).not.toContain('UNHEALTHY')
  })

  it('is left alone when the accounts of the agent are gone, and is healthy when they are back', async () => {
    const before = main()
    const session = await superuser()
    await session.query('CREATE ROLE another SUPERUSER LOGIN')
    await session.query('REVOKE ALL ON DATABASE postgres FROM coffer_monitor')
    await session.query('DROP ROLE coffer_monitor')
    await session.query('ALTER ROLE postgres NOLOGIN')
    await report({ health: 'UNHEALTHY', reason: /the login is not allowed/ })
    await looksPass()
    expect(main()).toEqual(before)
    await session.query('ALTER ROLE postgres LOGIN')
    await servesAgain()
    expect(main()).toEqual(before)
  })

  it('is left alone when its socket is gone', async () => {
    const before = main()
    const lines = readFileSync(join(host.dataDir(nodeId), 'postmaster.pid'), 'utf8').split('\n')
    rmSync(join(lines[4] ?? '', `.s.PGSQL.${lines[3]}`))
    await report({ health: 'UNHEALTHY', reason: /its socket for administration is gone/ })
    await looksPass()
    expect(main()).toEqual(before)
  })

  it('is left alone while it works too hard to answer in time', async () => {
    await anotherHost({ healthIntervalMs: 100, healthTimeoutMs: 3, uselessAfterMs })
    const before = main()
    const working = Array.from({ length: 8 }, async () => {
      const session = await superuserOf(host.dataDir(nodeId))
      sessions.push(session)
      await session.query('SELECT count(*) FROM generate_series(1, 1000000000000)').catch(() => {})
    })
    await report({ health: 'UNHEALTHY', reason: /though its processes work/ })
    await looksPass()
    expect(main()).toEqual(before)
    const ender = await superuserOf(host.dataDir(nodeId))
    sessions.push(ender)
    await ender.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT count%'")
    await Promise.all(working)
  })
})

describe('a PostgreSQL that is told to end while it recovers from the crash of a process', {
  timeout: 2 * patienceMs,
}, () => {
  it('has ended within seconds, though it waits for itself', async () => {
    const [victim = 0] = childrenOf(main().pid)
    process.kill(victim, 'SIGKILL')
    // With the checkpointer there already, and the recovery not at its end.
    const recovery = recoveringAlready(main().pid)
    process.kill(recovery, 'SIGSTOP')
    const stopping = await host.plane.send(description, nodeId, engineStopped)
    const status = () =>
      readFileSync(join(host.dataDir(nodeId), 'postmaster.pid'), 'utf8')
        .split('\n')[7]
        ?.trim()
    await expect.poll(status, { timeout: patienceMs }).toBe('stopping')
    process.kill(recovery, 'SIGCONT')
    const from = performance.now()
    expect(await host.plane.resultOf(stopping)).toMatchObject({ type: 'succeeded' })
    expect(performance.now() - from).toBeLessThan(20_000)
  })
})

describe('what cut every session of a PostgreSQL', { timeout: 2 * patienceMs }, () => {
  it('is told for a while when a process crashed and the engine recovered', async () => {
    const before = main()
    const session = await superuser()
    const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    process.kill(rows[0]?.pid ?? 0, 'SIGKILL')
    const { reason } = (await report({
      health: 'HEALTHY',
      incident: /a process of the engine crashed/,
    })) as HealthReport
    expect(reason).toMatch(/every session was cut, and the engine recovered/)
    expect(main()).toEqual(before)
  })

  it.runIf(process.getuid?.() === 0)('is told when the kernel ended it for want of memory (needs root)', async () => {
    const session = await superuser()
    await session.query("SELECT md5(repeat('x', 1000000000))").catch(() => {})
    const told = (await report({
      incident: /the kernel ended a process of the engine for want of memory/,
    })) as HealthReport
    expect(told.reason).toContain('the instance has 256 MiB')
    await servesAgain()
  })

  it('is over after a while, and told to be', async () => {
    await anotherHost({ healthIntervalMs: 100, incidentShownMs: 500 })
    await report({ health: 'HEALTHY' })
    process.kill(main().pid, 'SIGKILL')
    await report({ incident: /the engine's process was ended by SIGKILL/ })
    await expect
      .poll(() => reports().at(-1), { timeout: patienceMs })
      .toMatchObject({ health: 'HEALTHY', incident: null, reason: 'the engine answers' })
  })
})
