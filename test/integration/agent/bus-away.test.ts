import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isMounted } from '../../../agent/isolation/mounts.ts'
import { openAgentDatabase } from '../../../agent/journal/database.ts'
import { createJournal } from '../../../agent/journal/journal.ts'
import { type MessageBus, MessageBusUnavailable } from '../../../commands/ports/message-bus.ts'
import type { GuestCommand } from '../../../domain/guest/command.ts'
import { agentCommandsTopic } from '../../../domain/guest/topics.ts'
import type { NodeId } from '../../../domain/ids.ts'
import { systemClock } from '../../../kernel/clock.ts'
import {
  engineRunning,
  engineStopped,
  newNodeId,
  openTestHost,
  patienceMs,
  pidsOf,
  type TestHost,
} from '../../support/agent-host.ts'
import { canMount } from '../../support/privileges.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const hourMs = 3_600_000

let host: TestHost
let recording: ReturnType<typeof createRecordingLog>
beforeEach(async () => {
  recording = createRecordingLog()
  host = await openTestHost({ log: recording.log })
})
afterEach(() => host.close(), patienceMs)

/** The bus of the control plane, which tells the time and fails at everything until it is there. */
const createAbsentBus = (plane: MessageBus, away: () => Promise<never>) => {
  let isThere = false
  const meet = <T>(ask: () => Promise<T>): Promise<T> => (isThere ? ask() : away())
  const bus: MessageBus = {
    ...plane,
    now: () => meet(async () => Date.now()),
    ensureTopics: (topics) => meet(() => plane.ensureTopics(topics)),
    publish: (messages) => meet(() => plane.publish(messages)),
  }
  return {
    bus,
    comeBack: () => {
      isThere = true
    },
    goAway: () => {
      isThere = false
    },
  }
}

const refuses = (): Promise<never> => Promise.reject(new MessageBusUnavailable('no broker answers'))
const saysNothing = (): Promise<never> => new Promise(() => {})

/** Resolves when it is gone. Another one may be there by then. */
const killEngine = async (nodeId: NodeId): Promise<void> => {
  const killed = pidsOf(host.dataDir(nodeId))
  for (const pid of killed) process.kill(pid, 'SIGKILL')
  const left = () => pidsOf(host.dataDir(nodeId)).filter((pid) => killed.includes(pid))
  await expect.poll(left, { timeout: patienceMs }).toEqual([])
}
const engineIsBack = (nodeId: NodeId): Promise<void> =>
  expect.poll(() => pidsOf(host.dataDir(nodeId)).length, { timeout: patienceMs }).toBe(1)

/** As an agent leaves it that is killed when it has just taken the command. */
const takeIntoJournal = (command: GuestCommand): void => {
  const database = openAgentDatabase(join(host.agentDir, 'agent.db'))
  createJournal(database).accept(command, new Date().toISOString(), () => {
    throw new Error('the command is not stale')
  })
  database.close()
}

describe('an agent that starts while the bus is away', { timeout: 2 * patienceMs }, () => {
  it('adopts engines that run, starts those that crashed and restarts those that crash, and takes commands once it is back', async () => {
    const [steady, crashed] = [newNodeId(), newNodeId()]
    const first = await host.spawn()
    for (const nodeId of [steady, crashed]) await host.provision(first.description, nodeId)
    await first.kill()
    const before = pidsOf(host.dataDir(steady))
    await killEngine(crashed)

    const { bus, comeBack } = createAbsentBus(host.plane.bus, refuses)
    const { agent, description } = await host.start({ bus })
    await engineIsBack(crashed)
    await killEngine(crashed)
    await engineIsBack(crashed)
    expect(pidsOf(host.dataDir(steady))).toEqual(before)
    expect(agent.bus()).toEqual({ ok: false, reason: 'no broker answers' })

    comeBack()
    await agent.connected()
    expect(agent.bus()).toEqual({ ok: true })
    expect(await host.ask(description, steady, engineStopped, { epoch: 2 })).toMatchObject({ type: 'succeeded' })
    const said = recording.lines.filter(({ message }) => message.startsWith('no connection to the bus'))
    expect(said.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })

  it('begins what it was asked before only when the bus has told the time by which the deadline is meant', async () => {
    const nodeId = newNodeId()
    const first = await host.start()
    await host.provision(first.description, nodeId)
    await first.agent.stop({ engines: 'keep' })
    const { comeBack, ...absent } = createAbsentBus(host.plane.bus, refuses)
    const asked = await host.plane.send(first.description, nodeId, engineRunning(1), { epoch: 2 })
    takeIntoJournal(asked)

    const { agent } = await host.start({ ...absent, clock: { ...systemClock, now: () => Date.now() + hourMs } })
    await expect.poll(() => agent.bus(), { timeout: patienceMs }).toMatchObject({ reason: 'no broker answers' })
    await engineIsBack(nodeId)
    expect(
      host.plane.reports.filter((report) => 'commandId' in report && report.commandId === asked.commandId),
    ).toEqual([])
    comeBack()
    expect(await host.plane.resultOf(asked)).toMatchObject({ type: 'succeeded' })
  })

  it('attaches volumes that a reboot has detached, and stops within seconds, where the bus takes calls and never answers', async () => {
    await host.close()
    host = await openTestHost({ config: { volumes: canMount ? 'loop' : 'directory' } })
    const nodeId = newNodeId()
    const first = await host.start()
    await host.provision(first.description, nodeId)
    await first.agent.stop({ engines: 'stop' })
    expect(isMounted(host.place(nodeId, 'volume'))).toBe(false)

    const { agent } = await host.start({ bus: createAbsentBus(host.plane.bus, saysNothing).bus })
    await engineIsBack(nodeId)
    expect(isMounted(host.place(nodeId, 'volume'))).toBe(canMount)
    const stoppedAt = performance.now()
    await agent.stop({ engines: 'keep' })
    expect(performance.now() - stoppedAt).toBeLessThan(15_000)
    await engineIsBack(nodeId)
  })
})

it('an agent whose bus comes back recreates its topics: the bus may have lost them', {
  timeout: patienceMs,
}, async () => {
  const { bus: plane } = host.plane
  const created: string[] = []
  const ensureTopics: MessageBus['ensureTopics'] = async (topics) => {
    created.push(...topics.map(({ name }) => name))
    await plane.ensureTopics(topics)
  }
  const { bus, comeBack, goAway } = createAbsentBus({ ...plane, ensureTopics }, refuses)
  comeBack()
  const { agent, description } = await host.start({ bus })
  await agent.connected()
  goAway()
  await expect.poll(() => agent.bus(), { timeout: patienceMs }).toEqual({ ok: false, reason: 'no broker answers' })
  created.length = 0
  comeBack()
  await expect.poll(() => created, { timeout: patienceMs }).toContain(agentCommandsTopic(description.hostId))
})
