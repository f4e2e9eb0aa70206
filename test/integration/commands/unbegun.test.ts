import { afterEach, describe, expect, it, vi } from 'vitest'
import { UnreadableHistory } from '../../../commands/history.ts'
import type { EventStore } from '../../../commands/ports/event-store.ts'
import { failUnbegun } from '../../../commands/sagas/fail-unbegun.ts'
import { perform } from '../../../commands/sagas/perform.ts'
import { createRelay } from '../../../commands/sagas/relay.ts'
import type { CofferEvent } from '../../../domain/catalogue.ts'
import { eventsTopic } from '../../../domain/guest/topics.ts'
import { parseCommandId, parseInstanceId } from '../../../domain/ids.ts'
import { instanceStream } from '../../../domain/instance/index.ts'
import { operation, operationStream } from '../../../domain/operation/index.ts'
import { projectStream } from '../../../domain/project/index.ts'
import { reactionsToRequest } from '../../../domain/reactions/instance.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { collect } from '../../support/collect.ts'
import { type ControlPlane, projectA } from '../../support/control-plane.ts'
import { startPlaneWithAgent } from '../../support/plane-with-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('unbegun')
const bounded = { timeout: 50_000, interval: 10 }
const disposals: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

/** The API remembers all histories as they were; the sagas find a gap in those of `cut`, at whatever they have not read yet. */
const start = async () => {
  const cut = new Set<StreamName>()
  const sagaStore = (store: EventStore): EventStore => ({
    ...store,
    readStream: async function* (stream, options) {
      for await (const page of store.readStream(stream, options)) {
        yield cut.has(stream) ? page.map((event) => ({ ...event, revision: event.revision + 1 })) : page
      }
    },
  })
  const { plane } = await startPlaneWithAgent(dir.next(), disposals, { sagaStore })
  return { plane, cut }
}

const shop = { type: 'CreateInstance', projectId: projectA, name: 'shop', datastore: 'postgresql' } as const

const createShop = async (plane: ControlPlane) => {
  const instanceId = parseInstanceId((await plane.sendAccepted(shop)).instanceId)
  await expectStatus(plane, instanceId, 'ACTIVE')
  return instanceId
}
const expectStatus = (plane: ControlPlane, instanceId: string | null, status: string) =>
  vi.waitFor(async () => expect((await plane.instanceState(parseInstanceId(instanceId))).status).toBe(status), bounded)

type OperationRef = Parameters<ControlPlane['operationState']>[0]

/** The events of its stream: what the views show of it. */
const eventsOf = async (plane: ControlPlane, operationId: OperationRef) => {
  if (operationId === null) throw new Error('no operation')
  const events = []
  for await (const page of plane.eventStore.readStream(operationStream(operationId))) events.push(...page)
  return events
}
const expectFailed = (plane: ControlPlane, operationId: OperationRef) =>
  vi.waitFor(async () => {
    const last = (await eventsOf(plane, operationId)).at(-1)
    expect(last).toMatchObject({ type: 'OperationFailed', data: { fault: { code: 'UNREADABLE_HISTORY' } } })
  }, bounded)

/** Past the program. */
const appendForeign = (plane: ControlPlane, stream: StreamName, expected: number | 'no-stream') => {
  const event = {
    id: plane.ids.next(),
    type: 'OperationTeleported',
    version: 1,
    data: {},
    metadata: { schemaVersion: 1 },
  }
  return plane.eventStore.append(stream, [event as never], expected)
}

describe('an operation that was asked for, but what it rests on cannot be read by the sagas', () => {
  it('fails before it begins where the history of its instance is cut, and says so in a dead letter', async () => {
    const { plane, cut } = await start()
    const instanceId = await createShop(plane)
    cut.add(instanceStream(instanceId))
    const { operationId } = await plane.sendAccepted({ type: 'RestartInstance', id: instanceId })
    await expectFailed(plane, operationId)
    expect((await eventsOf(plane, operationId)).map(({ type }) => type)).toEqual(['OperationFailed'])
    await vi.waitFor(async () => {
      const { letters } = await plane.bus.deadLetters.read(eventsTopic, { direction: 'descending', limit: 10 })
      expect(letters.map(({ error }) => error)).toContainEqual(expect.stringContaining(instanceStream(instanceId)))
    }, bounded)
  })

  it('is not begun by a replay of the dead letter, which tells the instance that it has failed', async () => {
    const { plane, cut } = await start()
    const instanceId = await createShop(plane)
    cut.add(instanceStream(instanceId))
    const { operationId } = await plane.sendAccepted({ type: 'RestartInstance', id: instanceId })
    await expectFailed(plane, operationId)
    const letter = await vi.waitFor(async () => {
      const { letters } = await plane.bus.deadLetters.read(eventsTopic, { direction: 'descending', limit: 1 })
      if (!letters[0]) throw new Error('no dead letter')
      return letters[0]
    }, bounded)
    cut.clear()
    await plane.bus.publish([letter.message])
    await expectStatus(plane, instanceId, 'ACTIVE')
    await expectFailed(plane, operationId)
    expect((await eventsOf(plane, operationId)).map(({ type }) => type)).not.toContain('GuestCommandIssued')
  })

  it('fails, and its instance with it, where the history of the project is cut', async () => {
    const { plane, cut } = await start()
    await createShop(plane)
    cut.add(projectStream(projectA))
    const { operationId, instanceId } = await plane.sendAccepted({ ...shop, name: 'other' })
    await expectFailed(plane, operationId)
    await expectStatus(plane, instanceId, 'FAILED')
  })

  it('fails where its own stream has an event that cannot be read before it begins', async () => {
    const { plane } = await start()
    const instanceId = await createShop(plane)
    // The sagas do not come to the request before the foreign event is there.
    await plane.relay.stop()
    const { operationId } = await plane.sendAccepted({ type: 'RestartInstance', id: instanceId })
    if (operationId === null) throw new Error('no operation')
    await appendForeign(plane, operationStream(operationId), 'no-stream')
    const relay = createRelay({ ...plane, holder: 'next', exclusive: true, takeOverAfterMs: 50, saveEveryMs: 50 })
    disposals.push(relay.stop)
    relay.start()
    await expectFailed(plane, operationId)
    await expectStatus(plane, instanceId, 'ACTIVE')
  })

  it('is undone if it has begun, and its request comes again', async () => {
    const { plane } = await start()
    const instanceId = await createShop(plane)
    await plane.relay.stop()
    await plane.sagas.stop(AbortSignal.timeout(10_000))
    const { operationId } = await plane.sendAccepted({ type: 'RestartInstance', id: instanceId })
    if (operationId === null) throw new Error('no operation')
    const stream = operationStream(operationId)
    const commandId = parseCommandId(plane.ids.next())
    const none = { projectId: projectA, instanceId, correlationId: operationId }
    const context = { actor: { kind: 'system', name: 'sagas' }, commandId, causationId: commandId, ...none } as const
    const reactions = reactionsToRequest(operationId, await plane.instanceState(instanceId))
    for (const reaction of reactions) await perform(plane, reaction, context)
    await appendForeign(plane, stream, (await eventsOf(plane, operationId)).length - 1)
    const refusal = await plane.handler.load(operation, stream).catch((error) => error as UnreadableHistory)
    if (!(refusal instanceof UnreadableHistory)) throw new Error('the stream can be read')
    const [request] = (
      await collect(plane.eventStore.readStream(instanceStream(instanceId), { direction: 'backwards' }))
    )
      .flat()
      .map(({ type, data }) => ({ type, data }) as CofferEvent)
    if (!request) throw new Error('no request')
    await failUnbegun(plane, request, reactions, refusal, context)
    expect((await eventsOf(plane, operationId)).map(({ type }) => type)).toContain('OperationStepFailed')
  })
})
