import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type HoldingsAnswer, holdingsAnswer } from '../../../domain/guest/holdings-answer.ts'
import type { HostDescription } from '../../../domain/host/events.ts'
import type { NodeId } from '../../../domain/ids.ts'
import type { Endpoint } from '../../../domain/values/instance-spec.ts'
import {
  engineFactsOf,
  newNodeId,
  nodeAbsent,
  openTestHost,
  patienceMs,
  type TestHost,
  volumeReady,
} from '../../support/agent-host.ts'
import { isListening } from '../../support/host-traces.ts'
import { createNpmPostgresqlDriver, postgresqlRunning } from '../../support/postgresql-host.ts'

let host: TestHost
afterEach(() => host.close(), 2 * patienceMs)

/** Whether anybody could connect at any moment until `stop`. */
const watchPort = ({ port }: Endpoint) => {
  let served = false
  let isWatching = true
  const watching = (async () => {
    while (isWatching) {
      served ||= isListening(port)
      await delay(20)
    }
  })()
  return {
    stop: async (): Promise<boolean> => {
      isWatching = false
      await watching
      return served
    },
  }
}

/** A host with a PostgreSQL that served, and went down with it. */
const hostThatWentDown = async (leaveToStartMs: number): Promise<{ nodeId: NodeId; endpoint: Endpoint }> => {
  host = await openTestHost({ config: { leaveToStartMs }, driver: createNpmPostgresqlDriver })
  const { agent, description } = await host.start()
  const nodeId = newNodeId()
  expect(await host.ask(description, nodeId, volumeReady)).toMatchObject({ type: 'succeeded' })
  const endpoint = engineFactsOf(await host.ask(description, nodeId, postgresqlRunning(description, 0)))?.endpoint
  if (!endpoint) throw new Error('the engine tells no endpoint')
  await agent.stop({ engines: 'stop' })
  expect(isListening(endpoint.port)).toBe(false)
  return { nodeId, endpoint }
}

/** Answers what the agent asks from now on, once. */
const answerNext = async (description: HostDescription, from: number, gone: NodeId[]): Promise<void> => {
  const { hostId } = description
  const asked = await host.plane.report(
    (report) => report.type === 'holdings' && report.asks === true && host.plane.reports.indexOf(report) >= from,
  )
  const answer: HoldingsAnswer = { kind: holdingsAnswer, hostId, reportId: asked.reportId, gone }
  await host.plane.publish(description, hostId, JSON.stringify(answer))
}

describe('an agent that comes up with an engine that was to run', { timeout: 3 * patienceMs }, () => {
  it('does not let it serve when another node has taken its place meanwhile', async () => {
    const { nodeId, endpoint } = await hostThatWentDown(patienceMs)
    const from = host.plane.reports.length
    const port = watchPort(endpoint)
    const { agent, description } = await host.start()
    // Time enough for an engine to start that is not held back.
    await delay(1500)
    await answerNext(description, from, [nodeId])
    await expect.poll(() => agent.inspect(nodeId).record?.desired, { timeout: patienceMs }).toBe('stopped')
    await delay(1500)
    expect(await port.stop()).toBe(false)
    expect(await host.ask(description, nodeId, nodeAbsent, { epoch: 2 })).toMatchObject({ type: 'succeeded' })
    expect(agent.inspect(nodeId).record).toBeNull()
  })

  it('starts it as soon as it hears that the node is there as before', async () => {
    const { endpoint } = await hostThatWentDown(patienceMs)
    const from = host.plane.reports.length
    const { description } = await host.start()
    await answerNext(description, from, [newNodeId()])
    await expect.poll(() => isListening(endpoint.port), { timeout: patienceMs / 2 }).toBe(true)
  })

  it('starts it as it was told last when the control plane does not answer', async () => {
    const { endpoint } = await hostThatWentDown(1000)
    await host.start()
    await expect.poll(() => isListening(endpoint.port), { timeout: patienceMs }).toBe(true)
  })
})
