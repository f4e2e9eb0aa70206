import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Agent } from '../../../agent/agent.ts'
import type { NodeId } from '../../../domain/ids.ts'
import { newNodeId, openTestHost, patienceMs, type TestHost, volumeReady } from '../../support/agent-host.ts'
import { createNpmPostgresqlDriver, postgresqlRunning, superuserOf } from '../../support/postgresql-host.ts'

const limitBytes = 1024 ** 2
/** Twenty times the limit. */
const flood = "DO $$ BEGIN FOR n IN 1..20000 LOOP RAISE LOG '%', repeat('x', 1000); END LOOP; END $$"

let host: TestHost
let nodeId: NodeId
let agent: Agent
beforeEach(async () => {
  host = await openTestHost({ config: { engineLogLimitBytes: limitBytes }, driver: createNpmPostgresqlDriver })
  nodeId = newNodeId()
  const started = await host.start()
  agent = started.agent
  for (const payload of [volumeReady, postgresqlRunning(started.description, 0)])
    expect(await host.ask(started.description, nodeId, payload)).toMatchObject({ type: 'succeeded' })
}, patienceMs)
afterEach(() => host.close(), patienceMs)

const logDir = (): string => host.place(nodeId, 'log')
const logFiles = (): readonly string[] => readdirSync(logDir()).map((name) => join(logDir(), name))
const bytesOnDisk = (): number =>
  logFiles().reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0)
const readLog = (): string => readFileSync(join(logDir(), 'engine.log'), 'utf8')

const asSuperuser = async (...statements: readonly string[]): Promise<void> => {
  const client = await superuserOf(host.place(nodeId, 'volume', 'data'))
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** What is logged now gets into the file, be it after what was logged before. */
const expectToKeepLogging = async (word: string): Promise<void> => {
  const logs = async (): Promise<string> => {
    await asSuperuser(`DO $$ BEGIN RAISE LOG '${word}'; END $$`)
    return readLog()
  }
  await expect.poll(logs, { timeout: patienceMs }).toContain(word)
}

describe('the log of an engine', { timeout: 2 * patienceMs }, () => {
  it('stays within its bound at every moment while a client makes the engine log much', async () => {
    const sizes: number[] = []
    const sampling = setInterval(() => sizes.push(bytesOnDisk()), 5)
    await asSuperuser(flood)
    clearInterval(sampling)
    expect(Math.max(...sizes, bytesOnDisk())).toBeLessThanOrEqual(2 * limitBytes)
    await expectToKeepLogging('after the flood')
  })

  it('stays within its bound while no agent runs, delays no client, and goes on with the next agent', async () => {
    await agent.stop({ engines: 'keep' })
    await asSuperuser(flood)
    expect(bytesOnDisk()).toBeLessThanOrEqual(2 * limitBytes)
    const next = await host.start()
    expect(next.agent.inspect(nodeId).effects).toHaveLength(1)
    await expectToKeepLogging('after the next start')
  })

  it('keeps what the engine says at its end', async () => {
    await agent.stop({ engines: 'stop' })
    expect(readLog()).toContain('database system is shut down')
  })
})
