import type { PublicCommand } from '../../../commands/api.ts'
import type { EventStore } from '../../../commands/ports/event-store.ts'
import { type InstanceId, type OperationId, parseProjectId } from '../../../domain/ids.ts'
import { operationCategory } from '../../../domain/operation/index.ts'
import { checkEvents } from '../../../domain/read-event.ts'
import { operator } from '../log/population.ts'
import type { WriteSide } from '../log/write-side.ts'
import { until } from '../until.ts'

/** Somebody who wants many operations done, by dispatch, and sees in the log when they are. */
export type OperationUser = {
  /** Makes so many instances; resolves when all are ACTIVE. */
  readonly provision: (count: number) => Promise<readonly InstanceId[]>
  /** Asks for a restart of every one, side by side; answers in seconds how long it took until the last operation had succeeded. */
  readonly restart: (ids: readonly InstanceId[]) => Promise<number>
  readonly stop: () => Promise<void>
}

const patienceMs = 120_000
const projects = 8

type End = 'OperationSucceeded' | 'OperationFailed' | 'OperationCancelled'

/** Offers the flavor that is asked for; an agent must have registered, or be about to, for there to be a datastore. */
export const createOperationUser = async (side: WriteSide, signal: AbortSignal): Promise<OperationUser> => {
  const { dispatch, directory, eventStore } = side
  const following = new AbortController()
  const ended = new Map<OperationId, End>()
  const followed = followEnds(eventStore, ended, AbortSignal.any([signal, following.signal]))
  followed.catch(() => {})

  const send = async <Command extends PublicCommand>(command: Command) => {
    const answer = await dispatch({ command, actor: operator, signal })
    if (!answer.accepted) throw new Error(`${command.type} was refused: ${answer.rejection.message}`)
    return answer
  }
  const allSucceeded = async (operations: readonly (OperationId | null)[]): Promise<void> => {
    await until(
      `the end of ${operations.length} operations`,
      () => operations.every((id) => id !== null && ended.has(id)) || null,
      { signal, timeoutMs: patienceMs },
    )
    const failed = operations.filter((id) => id !== null && ended.get(id) !== 'OperationSucceeded')
    if (failed.length > 0) throw new Error(`${failed.length} operations did not succeed`)
  }

  await directory.ready(signal)
  await send({ type: 'DefineFlavor', id: 'small', vcpus: 1, memoryMiB: 1024, description: 'one' })
  await until(
    'a flavor and a datastore on offer',
    () => (directory.flavors().length > 0 && directory.datastores().length > 0) || null,
    { signal, timeoutMs: patienceMs },
  )

  return {
    provision: async (count) => {
      const answers = await Promise.all(
        Array.from({ length: count }, (_, at) =>
          send({ type: 'CreateInstance', projectId: projectOf(at), name: `bench-${at}`, datastore: 'postgresql' }),
        ),
      )
      await allSucceeded(answers.map(({ operationId }) => operationId))
      return answers.map(({ instanceId }) => instanceId)
    },
    restart: async (ids) => {
      const startedAt = performance.now()
      const answers = await Promise.all(ids.map((instanceId) => send({ type: 'RestartInstance', id: instanceId })))
      await allSucceeded(answers.map(({ operationId }) => operationId))
      return (performance.now() - startedAt) / 1000
    },
    stop: async () => {
      following.abort()
      await followed
    },
  }
}

/** Quotas are kept a project, in one stream each: many together would wait for each other there. */
const projectOf = (ordinal: number) => parseProjectId(`bench-${ordinal % projects}`)

const followEnds = async (eventStore: EventStore, ended: Map<OperationId, End>, signal: AbortSignal): Promise<void> => {
  const after = await eventStore.head()
  for await (const batch of eventStore.subscribe({ after, categories: [operationCategory], signal })) {
    if (batch.kind !== 'events') continue
    for (const checked of checkEvents(batch.events)) {
      const operationId = checked.readable ? checked.metadata.correlationId : null
      const { type } = checked.stored
      if (operationId !== null && isEnd(type)) ended.set(operationId, type)
    }
  }
}

const isEnd = (type: string): type is End =>
  type === 'OperationSucceeded' || type === 'OperationFailed' || type === 'OperationCancelled'
