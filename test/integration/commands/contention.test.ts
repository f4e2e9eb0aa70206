import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createDispatch } from '../../../commands/dispatch/dispatch.ts'
import { createHandler } from '../../../commands/handle.ts'
import type { EventStore, NewEvent } from '../../../commands/ports/event-store.ts'
import { agentReportSchema, type GuestResult } from '../../../domain/guest/report.ts'
import { parseEventId, parseInstanceId } from '../../../domain/ids.ts'
import { type InstanceEvent, instance } from '../../../domain/instance/index.ts'
import { type OperationEvent, operation } from '../../../domain/operation/index.ts'
import type { StreamName } from '../../../domain/stream.ts'
import { type ControlPlane, memberOf, projectA, settings } from '../../support/control-plane.ts'
import { startPlaneWithAgent } from '../../support/plane-with-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const dir = createTempDir('contention')
const bounded = { timeout: 50_000, interval: 10 }
const disposals: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

type Rival = (plane: ControlPlane, stream: StreamName, turn: number) => Promise<void>
/** Twice as often as one command is decided anew. */
const rivalTurns = 8

const context = {
  actor: { kind: 'system', name: 'rival' },
  commandId: randomUUID() as never,
  correlationId: null,
  projectId: projectA,
  instanceId: null,
  causationId: randomUUID(),
} as const

const renamesTheInstance: Rival = async ({ handler }, stream, turn) => {
  await handler.handle(instance, stream, { type: 'RenameInstance', name: `turn ${turn}` }, context)
}

const tellsProgress: Rival = async ({ handler }, stream, turn) => {
  const { state } = await handler.load(operation, stream)
  if (state.status !== 'RUNNING' || !state.step) return
  const { subject, operationId, step } = state
  const result = agentReportSchema.parse({
    type: 'progress',
    reportId: randomUUID(),
    at: new Date().toISOString(),
    commandId: step.commandId,
    operationId,
    instanceId: subject.instanceId,
    nodeId: subject.nodeId,
    hostId: subject.hostId,
    progress: 0.5,
    message: `turn ${turn}`,
  }) as GuestResult
  const now = new Date().toISOString()
  await handler.handle(operation, stream, { type: 'HandleGuestResult', result, now }, context)
}

/** A control plane in which a rival gets in first whenever its sagas are about to append this event, so many times. */
const startWithRival = async (type: (InstanceEvent | OperationEvent)['type'], rival: Rival) => {
  let turn = 0
  const { plane }: { plane: ControlPlane } = await startPlaneWithAgent(dir.next(), disposals, {
    sagaStore: (store: EventStore) => ({
      ...store,
      append: async (stream, events, expected) => {
        if (turn < rivalTurns && events.some((event) => event.type === type)) {
          turn += 1
          await rival(plane, stream, turn)
        }
        return store.append(stream, events, expected)
      },
    }),
  })
  return { plane, turns: () => turn }
}

describe('what goes on by itself, while others write to the same stream again and again', () => {
  it.each([
    ['what an operation came to is told to its instance', 'InstanceProvisioned', renamesTheInstance],
    ['the result of an agent is taken in', 'OperationStepCompleted', tellsProgress],
  ] as const)(
    'does not give up: %s',
    async (_what, type, rival) => {
      const { plane, turns } = await startWithRival(type, rival)
      const created = await plane.sendAccepted({
        type: 'CreateInstance',
        projectId: projectA,
        name: 'shop',
        datastore: 'postgresql',
      })
      await vi.waitFor(async () => {
        expect((await plane.instanceState(parseInstanceId(created.instanceId))).status).toBe('ACTIVE')
      }, bounded)
      expect(turns()).toBe(rivalTurns)
    },
    60_000,
  )
})

describe('a create, while others claim room on the same host again and again', () => {
  /** Asks for an instance through a dispatch that somebody gets in before, on the host's stream, so many times. */
  const createWithRivals = async (rivals: number) => {
    const { plane } = await startPlaneWithAgent(dir.next(), disposals)
    let turn = 0
    const eventStore: EventStore = {
      ...plane.eventStore,
      append: async (stream, events, expected) => {
        if (turn < rivals && events.some(({ type }) => type === 'HostCapacityClaimed')) {
          turn += 1
          const another = (event: NewEvent): NewEvent => ({
            ...event,
            id: parseEventId(plane.ids.next()),
            data: { ...(event.data as object), nodeId: plane.ids.next(), instanceId: plane.ids.next() },
          })
          await plane.eventStore.append(stream, events.map(another), expected)
        }
        return plane.eventStore.append(stream, events, expected)
      },
    }
    const dispatch = createDispatch({
      ...plane,
      handler: createHandler({ ...plane, eventStore }),
      masterKey: new Uint8Array(32).fill(1),
      settings,
      findInstanceOf: async () => null,
    })
    const command = { type: 'CreateInstance', projectId: projectA, name: 'shop', datastore: 'postgresql' } as const
    return dispatch({ command, actor: memberOf(projectA), signal: new AbortController().signal })
  }

  it('waits for its turn', async () => {
    expect(await createWithRivals(rivalTurns)).toMatchObject({ accepted: true })
  }, 60_000)

  it('is not told that there is no room when its turn never comes', async () => {
    expect(await createWithRivals(Number.POSITIVE_INFINITY)).toMatchObject({
      accepted: false,
      rejection: { code: 'CONCURRENT_MODIFICATION' },
    })
  }, 60_000)
})
