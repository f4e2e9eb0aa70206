import { existsSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { isPortFree } from '../../../agent/ports.ts'
import { newNodeId, nodeAbsent, openTestHost, patienceMs, type TestHost } from '../../support/agent-host.ts'

let host: TestHost
afterEach(() => host.close(), patienceMs)

describe('an agent', { timeout: patienceMs }, () => {
  it('registers, makes an engine run that answers on the endpoint it tells, and removes it without a trace', async () => {
    host = await openTestHost()
    const { agent, description } = await host.start()
    const registered = await host.plane.report((r) => r.type === 'registered')
    expect(registered.type === 'registered' && registered.host).toEqual(description)

    const nodeId = newNodeId()
    const { plane } = host
    const endpoint = await host.provision(description, nodeId)
    expect(endpoint.host).toBe('127.0.0.1')
    expect(await isPortFree('127.0.0.1', endpoint.port)).toBe(false)
    expect(agent.inspect(nodeId).effects.map(({ kind }) => kind)).toEqual(['engine-started'])
    await plane.report((r) => r.type === 'health' && r.health === 'HEALTHY')

    const absent = await host.ask(description, nodeId, nodeAbsent, { epoch: 2 })
    expect(absent).toMatchObject({ type: 'succeeded' })
    expect(await isPortFree('127.0.0.1', endpoint.port)).toBe(true)
    expect(existsSync(host.place(nodeId))).toBe(false)
    expect(agent.inspect(nodeId).record).toBeNull()
  })
})
