import { afterEach, beforeEach, expect, it } from 'vitest'
import type { OutgoingMessage } from '../../../commands/ports/message-bus.ts'
import { firstNodeOf } from '../../../commands/request-ids.ts'
import { createDistrust } from '../../../commands/sagas/distrust.ts'
import { createReconciler } from '../../../commands/sagas/reconcile-holdings.ts'
import { createReportHandler } from '../../../commands/sagas/take-in-reports.ts'
import { holdingsAnswer, holdingsAnswerSchema } from '../../../domain/guest/holdings-answer.ts'
import type { AgentReport } from '../../../domain/guest/report.ts'
import { agentCommandsTopic, agentResultsTopic } from '../../../domain/guest/topics.ts'
import { host, hostStream, type RegisteredHost } from '../../../domain/host/index.ts'
import { type InstanceId, type NodeId, parseNodeId } from '../../../domain/ids.ts'
import { instanceStream } from '../../../domain/instance/index.ts'
import { createScriptedChannel, joinByMasterKey } from '../../../ops/bench/log/scripted-channel.ts'
import { appendAll, createEventLog } from '../../support/event-log.ts'
import { exampleWorld } from '../../support/example-events.ts'
import { hostDescription } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { openWriteSide, testMasterKey } from '../../support/write-side.ts'

const directories = createTempDir('holdings')
const description = hostDescription()
const { hostId } = description
const [cut, unknown] = [exampleWorld(1).instanceId, exampleWorld(2).instanceId]
let side: ReturnType<typeof openWriteSide>

/** An instance whose first event is gone, and a host that has it and one more, which the log does not know of. */
beforeEach(async () => {
  side = openWriteSide(directories.next())
  const world = { ...exampleWorld(1), hostId }
  const log = createEventLog()
  log.add('InstanceRequested', world)
  log.add('InstanceHealthChanged', world)
  await appendAll(side.eventStore, log.events())
  side.database.connection.prepare('DELETE FROM events WHERE stream = ? AND revision = 0').run(instanceStream(cut))
  await take({ type: 'registered', reportId: side.ids.next(), at: now(), host: description, signingKey, join })
})
afterEach(() => side.close())

const now = (): string => new Date(side.clock.now()).toISOString()
const { sign, signingKey, join } = createScriptedChannel(hostId, joinByMasterKey(testMasterKey))
const take = (report: AgentReport): Promise<void> => {
  const message = sign({ topic: agentResultsTopic, key: hostId, value: JSON.stringify(report) })
  return createReportHandler({ ...side, distrust: createDistrust(side.log) })(message as never)
}
const holding = { running: true, health: 'HEALTHY', epoch: 1, generation: 0, port: 15432, nodeGeneration: 1 } as const
const holds = Object.fromEntries(
  [cut, unknown].map((instanceId) => [firstNodeOf(instanceId), { ...holding, instanceId }]),
)
const registered = async () => (await side.handler.load(host, hostStream(hostId))).state as RegisteredHost

it('lists what the log does not know of, though the host has an instance whose history cannot be read', async () => {
  const holdings = [cut, unknown].map((instanceId) => ({
    nodeId: firstNodeOf(instanceId),
    instanceId,
    epoch: 1,
    held: { ...holding, instanceId, label: null },
  }))
  await take({ type: 'holdings', reportId: side.ids.next(), at: now(), hostId, holdings } as AgentReport)
  expect(Object.keys((await registered()).unlisted)).toEqual([firstNodeOf(unknown)])
  expect(side.lines.map(({ message }) => message)).toContain(
    'an instance of a host is left out, as its history cannot be read',
  )
})

it('compares the others with the log, and that one once', async () => {
  const begun = side.clock.now()
  let elapsedMs = 0
  const context = () => ({
    actor: { kind: 'agent', hostId } as const,
    commandId: side.ids.next() as never,
    correlationId: null,
    projectId: null,
    instanceId: null,
    causationId: side.ids.next(),
  })
  const asked: InstanceId[] = []
  const handle: typeof side.handler.handle = (decider, stream, ...rest) => {
    asked.push(stream.slice('instance-'.length) as InstanceId)
    return side.handler.handle(decider, stream, ...rest)
  }
  const handler = { ...side.handler, handle }
  const reconciler = createReconciler({
    handler,
    clock: side.clock,
    context,
    log: side.log,
    elapsedMs: () => elapsedMs,
  })
  for (let beat = 0; beat < 4; beat += 1) {
    const at = new Date(begun + elapsedMs).toISOString()
    await reconciler.take(await registered(), { at, holds: holds }, undefined)
    elapsedMs += 5_000
  }
  expect(asked.filter((id) => id === cut)).toHaveLength(1)
  expect(asked.filter((id) => id === unknown).length).toBeGreaterThan(0)
})

it('answers a host that asks which of its nodes are gone for good, and says nothing of what the log may not know yet', async () => {
  const answers: OutgoingMessage[] = []
  const bus = { publish: async (messages: readonly OutgoingMessage[]) => void answers.push(...messages) }
  const [here, moved, deleted] = [3, 4, 5].map((number) => ({ ...exampleWorld(number), hostId }))
  const log = createEventLog()
  if (!here || !moved || !deleted) throw new Error('there are three')
  log.add('InstanceRequested', here)
  log.add('InstanceRequested', moved)
  log.add('InstanceMoved', { ...moved, hostId: exampleWorld(9).hostId })
  log.add('InstanceRequested', deleted)
  log.add('InstanceProvisioned', deleted)
  log.add('InstanceDeletionRequested', deleted)
  log.add('InstanceDeleted', deleted)
  await appendAll(side.eventStore, log.events())
  const held = (instanceId: InstanceId, nodeId: NodeId, nodeGeneration = 1) => ({
    nodeId,
    instanceId,
    epoch: 1,
    held: { ...holding, nodeGeneration, instanceId, label: null },
  })
  const newer = parseNodeId(side.ids.next())
  const holdings = [
    held(here.instanceId, here.nodeId),
    held(moved.instanceId, moved.nodeId),
    held(moved.instanceId, newer, 3),
    held(deleted.instanceId, deleted.nodeId),
    held(unknown, firstNodeOf(unknown)),
    held(cut, firstNodeOf(cut)),
  ]
  const reportId = side.ids.next()
  const report: AgentReport = { type: 'holdings', reportId, at: now(), hostId, holdings, asks: true }
  const message = sign({ topic: agentResultsTopic, key: hostId, value: JSON.stringify(report) })
  await createReportHandler({ ...side, bus, distrust: createDistrust(side.log) })(message as never)
  const [answer, ...others] = answers
  expect(others).toEqual([])
  expect(answer).toMatchObject({ topic: agentCommandsTopic(hostId), headers: { type: holdingsAnswer } })
  const { gone, ...said } = holdingsAnswerSchema.parse(JSON.parse(answer?.value ?? ''))
  expect(said).toEqual({ kind: holdingsAnswer, hostId, reportId })
  expect([...gone].sort()).toEqual([moved.nodeId, deleted.nodeId].sort())
})
