import type { AnswerTo, DispatchAccepted, PublicCommand } from '../../commands/api.ts'
import { createDispatch } from '../../commands/dispatch/dispatch.ts'
import { createKeptCreates } from '../../commands/dispatch/kept-creates.ts'
import { createHandler } from '../../commands/handle.ts'
import { createMoveCreate } from '../../commands/move-create.ts'
import { beforeFirst, type EventStore } from '../../commands/ports/event-store.ts'
import type { DispatchSettings, RequestFacts } from '../../commands/public/definition.ts'
import { timeoutOfEach } from '../../commands/public/definition.ts'
import { createRelay } from '../../commands/sagas/relay.ts'
import { createSagas } from '../../commands/sagas/sagas.ts'
import { type HostState, host, hostStream } from '../../domain/host/index.ts'
import { type HostId, type InstanceId, type OperationId, parseInstanceId, parseProjectId } from '../../domain/ids.ts'
import { type InstanceState, instance, instanceCategory, instanceStream } from '../../domain/instance/index.ts'
import type { Actor } from '../../domain/metadata.ts'
import { type OperationState, operation, operationStream } from '../../domain/operation/index.ts'
import type { Reactions } from '../../domain/reactions/reactions.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Tracer } from '../../kernel/tracer.ts'
import { waitFor } from './wait-for.ts'
import { openWriteSide } from './write-side.ts'

export const projectA = parseProjectId('project-a')
export const projectB = parseProjectId('project-b')
export const memberOf = (projectId: typeof projectA): Actor => ({
  kind: 'user',
  subject: `member of ${projectId}`,
  projectId,
  roles: ['member'],
})
export const admin: Actor = { kind: 'user', subject: 'admin', projectId: parseProjectId('default'), roles: ['admin'] }

const minute = 60_000

export const settings: DispatchSettings = {
  defaultQuota: { instances: 10, vcpus: 40, memoryMiB: 100_000, volumeGiB: 1000 },
  defaultFlavor: 'small',
  defaultVolumeGiB: 1,
  maxVolumeGiB: 100,
  maxTokens: 100,
  operationTimeoutMs: { ...timeoutOfEach(minute), provision: 7 * minute },
  reservationMs: 10 * minute,
  idempotencyKeyLifetimeMs: 60 * minute,
}

export type ControlPlaneOptions = {
  readonly settings?: Partial<DispatchSettings>
  readonly hostLostAfterMs?: number
  /** Default: what `domain/reactions` says. */
  readonly reactions?: Reactions
  readonly tracer?: Tracer
  readonly clock?: WallClock
  /** What stands between the sagas and the log. */
  readonly sagaStore?: (store: EventStore) => EventStore
}

/** What the views know: whose stream names the operation. */
const findInstanceOf = async (store: EventStore, operationId: OperationId): Promise<InstanceId | null> => {
  const { signal } = new AbortController()
  for await (const events of store.readAll({ after: beforeFirst, categories: [instanceCategory], signal })) {
    const found = events.find(({ data }) => (data as { operationId?: string }).operationId === operationId)
    if (found) return parseInstanceId(found.stream.slice(instanceCategory.length + 1))
  }
  return null
}

/** The write side with its relay and sagas running, no views and no API: what commands lead to is read from the streams. */
export const startControlPlane = async (dataDir: string, options: ControlPlaneOptions = {}) => {
  const side = openWriteSide(dataDir, options.clock)
  const { handler } = side
  const planeSettings = { ...settings, ...options.settings }
  const keptCreates = createKeptCreates({ ...side, moveCreate: createMoveCreate(side), lookEveryMs: 100 })
  const dispatch = createDispatch({
    ...side,
    keptCreates,
    masterKey: new Uint8Array(32).fill(1),
    settings: planeSettings,
    findInstanceOf: (operationId) => findInstanceOf(side.eventStore, operationId),
  })
  const reactions = options.reactions && { reactions: options.reactions }
  const relay = createRelay({
    ...side,
    holder: 'test',
    exclusive: true,
    takeOverAfterMs: 1000,
    saveEveryMs: 50,
    ...reactions,
  })
  const sagas = createSagas({
    ...side,
    handler: options.sagaStore
      ? createHandler({ ...side, eventStore: options.sagaStore(side.eventStore) })
      : side.handler,
    worker: 'test',
    settings: planeSettings,
    ...reactions,
    hostLostAfterMs: options.hostLostAfterMs ?? 3_600_000,
    ...(options.tracer && { tracer: options.tracer }),
  })
  side.directory.start()
  await sagas.start()
  relay.start()
  const signal = new AbortController().signal

  const send = <Command extends PublicCommand>(command: Command, request: Partial<RequestFacts> = {}) =>
    dispatch({ command, actor: memberOf(projectA), signal, ...request })

  const instanceState = async (instanceId: InstanceId): Promise<InstanceState> =>
    (await handler.load(instance, instanceStream(instanceId))).state

  return {
    ...side,
    settings: planeSettings,
    dispatch,
    relay,
    sagas,
    send,
    /** The same, for commands that must be accepted. */
    sendAccepted: async <Command extends PublicCommand>(
      command: Command,
      request: Partial<RequestFacts> = {},
    ): Promise<DispatchAccepted<Command>> => {
      const answer: AnswerTo<Command> = await send(command, request)
      if (!answer.accepted) throw new Error(`refused: ${answer.rejection.code} ${answer.rejection.message}`)
      return answer
    },
    defineSmallFlavor: () =>
      send({ type: 'DefineFlavor', id: 'small', vcpus: 1, memoryMiB: 1024, description: 'one vCPU' }, { actor: admin }),
    instanceState,
    /** Waits until the instance has the status, and gives its state then. */
    instanceBecomes: (instanceId: string | null, status: InstanceState['status']): Promise<InstanceState> =>
      waitFor(`the instance to be ${status}`, async () => {
        const state = await instanceState(parseInstanceId(instanceId))
        return state.status === status && state
      }),
    hostState: async (hostId: HostId): Promise<HostState> => (await handler.load(host, hostStream(hostId))).state,
    operationState: async (operationId: OperationId | null): Promise<OperationState> => {
      if (operationId === null) throw new Error('the answer names no operation')
      return (await handler.load(operation, operationStream(operationId))).state
    },
    stop: async () => {
      await keptCreates.stop()
      await relay.stop()
      await sagas.stop(AbortSignal.timeout(10_000))
      await side.close()
    },
  }
}

export type ControlPlane = Awaited<ReturnType<typeof startControlPlane>>
