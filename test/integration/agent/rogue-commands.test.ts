import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { GuestPayload } from '../../../domain/guest/command.ts'
import type { RegistrationAnswer } from '../../../domain/guest/registration-answer.ts'
import { controlPlane, signMessage } from '../../../domain/guest/signed-message.ts'
import { agentCommandsTopic } from '../../../domain/guest/topics.ts'
import { type HostId, parseHostId } from '../../../domain/ids.ts'
import { deriveSigner } from '../../../kernel/signing.ts'
import {
  commandFor,
  engineRunning,
  engineStopped,
  newNodeId,
  nodeAbsent,
  openTestHost,
  patienceMs,
  type TestHost,
} from '../../support/agent-host.ts'
import { createRecordingLog } from '../../support/write-side.ts'

let host: TestHost
let recording: ReturnType<typeof createRecordingLog>
beforeEach(async () => {
  recording = createRecordingLog()
  host = await openTestHost({ log: recording.log })
})
afterEach(() => host.close(), patienceMs)

const key = deriveSigner(randomUUID(), 'rogue')

it(
  'an agent does nothing that its control plane has not signed, or that it has done already, and says so',
  async () => {
    const { agent, description } = await host.start()
    const { hostId } = description
    const nodeId = newNodeId()
    await host.provision(description, nodeId)
    const topic = agentCommandsTopic(hostId)
    const say = (value: object, by: 'nobody' | 'rogue', as: HostId = hostId) => {
      const message = {
        topic,
        key: nodeId,
        value: JSON.stringify({ ...value, ...('hostId' in value && { hostId: as }) }),
      }
      const signed = signMessage(message, { signer: controlPlane, sequence: 0, key })
      return host.plane.bus.publish([by === 'nobody' ? message : signed])
    }
    const commandTo = (payload: GuestPayload) => commandFor(description, nodeId, payload, { epoch: 50 })
    const refused: RegistrationAnswer = { kind: 'registration-answer', hostId, refusal: 'go away' }
    const effects = () => agent.inspect(nodeId).effects
    const before = effects()
    for (const by of ['nobody', 'rogue'] as const) {
      await say(commandTo(nodeAbsent), by)
      await say(commandTo(engineRunning(7)), by)
      await say(refused, by)
      await say({ nonsense: true }, by)
    }
    await expect.poll(() => agent.dropped(), { timeout: patienceMs }).toEqual({ unsigned: 4, 'wrong-signature': 4 })
    expect(effects()).toEqual(before)
    expect(agent.bus()).toEqual({ ok: true })
    expect(recording.lines.filter(({ message }) => message.includes('has not signed'))).toHaveLength(2)

    // What the control plane has signed is done once, and is no one else's.
    const stop = await host.plane.send(description, nodeId, engineStopped, { epoch: 2 })
    await host.plane.resultOf(stop)
    await host.ask(description, nodeId, engineRunning(1), { epoch: 3 })
    const running = effects()
    await host.plane.publish(description, nodeId, JSON.stringify(stop))
    await host.plane.bus.publish([
      {
        ...host.plane.sign({
          topic: agentCommandsTopic(parseHostId(randomUUID())),
          key: nodeId,
          value: JSON.stringify(commandTo(engineStopped)),
        }),
        topic,
      },
    ])
    const probe = await host.plane.send(description, newNodeId(), engineStopped)
    await host.plane.resultOf(probe)
    expect(effects()).toEqual(running)
    expect(agent.dropped()).toEqual({ unsigned: 4, 'wrong-signature': 5 })
    await agent.stop({ engines: 'keep' })
  },
  3 * patienceMs,
)

it(
  'an agent without a join token says what is missing, and looks after its databases all the same',
  async () => {
    const { agent, description } = await host.start({ join: null })
    const command = await host.plane.send(description, newNodeId(), engineStopped)
    await expect.poll(() => agent.dropped(), { timeout: patienceMs }).toMatchObject({ 'wrong-signature': 1 })
    expect(agent.bus()).toMatchObject({ ok: false, reason: expect.stringContaining('COFFER_JOIN_TOKEN') })
    expect(
      host.plane.reports.filter((report) => 'commandId' in report && report.commandId === command.commandId),
    ).toEqual([])
    await agent.stop({ engines: 'keep' })
  },
  2 * patienceMs,
)
