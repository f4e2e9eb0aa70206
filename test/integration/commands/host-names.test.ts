import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HostId } from '../../../domain/ids.ts'
import { startControlPlane } from '../../support/control-plane.ts'
import { hostDescription, startScriptedAgent } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'

const dir = createTempDir('host-names')
const stops: (() => Promise<unknown>)[] = []
let plane: Awaited<ReturnType<typeof startControlPlane>>
beforeEach(async () => {
  plane = await startControlPlane(dir.next())
  stops.push(plane.stop)
})
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

const statusOf = async (hostId: HostId) => (await plane.hostState(hostId)).status

const startHost = async (description: ReturnType<typeof hostDescription>) => {
  const agent = await startScriptedAgent(plane.bus, description, () => 'succeed')
  stops.push(agent.stop)
  await waitFor('it to be let in or refused', async () => {
    return agent.answers.length > 0 || (await statusOf(description.hostId)) === 'UP'
  })
  return agent
}

describe('the name of a host', { timeout: 60_000 }, () => {
  it('is refused to a second host, which is told whose it is and what to do, and let in under another', async () => {
    const first = await startHost(hostDescription({ name: 'db-1' }))
    const description = hostDescription({ name: 'DB-1' })
    const second = await startHost(description)
    expect(second.answers[0]).toContain(`host ${first.hostId} has the name "DB-1"`)
    expect(second.answers[0]).toContain('COFFER_AGENT_NAME')
    expect(await statusOf(second.hostId)).toBe('UNREGISTERED')

    await second.stop()
    const renamed = await startHost({ ...description, name: 'db-2' })
    await waitFor('it to be let in', () => renamed.answers.at(-1) === null)
    expect(await statusOf(second.hostId)).toBe('UP')
  })

  it('is free when the host that had it has taken another', async () => {
    const description = hostDescription({ name: 'db-1' })
    await (await startHost(description)).stop()
    await startHost({ ...description, name: 'db-2' })
    expect((await startHost(hostDescription({ name: 'db-1' }))).answers).toEqual([])
  })

  it('is one host’s alone, however many register with it at once', async () => {
    const agents = await Promise.all(Array.from({ length: 6 }, () => startHost(hostDescription({ name: 'db-1' }))))
    expect(agents.filter(({ answers }) => answers.length === 0)).toHaveLength(1)
    const statuses = await Promise.all(agents.map(({ hostId }) => statusOf(hostId)))
    expect(statuses.toSorted()).toEqual([...Array.from({ length: 5 }, () => 'UNREGISTERED'), 'UP'])
  })
})
