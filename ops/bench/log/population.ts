import type { PublicCommand } from '../../../commands/api.ts'
import type { EventStore } from '../../../commands/ports/event-store.ts'
import { type InstanceId, type ProjectId, parseFlavorId, parseProjectId } from '../../../domain/ids.ts'
import { instance, instanceStream, primaryOf } from '../../../domain/instance/index.ts'
import type { Actor } from '../../../domain/metadata.ts'
import { until } from '../until.ts'
import { createScriptedAgents } from './scripted-agents.ts'
import { openWriteSide, type WriteSide, type WriteSideOptions } from './write-side.ts'

export type PopulationOptions = {
  readonly instances: number
  readonly projects: number
  /** `provisioned`: made, and nothing since. `eventful`: renamed, restarted, ill, stopped, started, failed and deleted, in various proportions. */
  readonly lives: 'provisioned' | 'eventful'
  readonly signal: AbortSignal
  readonly say: (what: string) => void
}

export type Population = {
  readonly instanceIds: readonly InstanceId[]
  readonly projectIds: readonly ProjectId[]
  readonly events: number
}

export const operator: Actor = {
  kind: 'user',
  subject: 'bench',
  projectId: parseProjectId('default'),
  roles: ['admin'],
}

const hosts = 20
/** How many instances live through the same things side by side, so that their events stand mixed in the log and commits are shared. */
const generation = 250

/**
 * Fills the log in a directory: every event is the decision of a real decider, reached through dispatch or the sagas. Only bus and agents
 * are cut short.
 */
export const populate = (dataDir: string, options: PopulationOptions): Promise<Population> =>
  populateThrough((sideOptions) => openWriteSide(dataDir, sideOptions), options)

/** The same through a write side that is opened for it, and closed. */
export const populateThrough = async (
  open: (options: WriteSideOptions) => WriteSide,
  options: PopulationOptions,
): Promise<Population> => {
  const { instances, lives, signal, say } = options
  // Some machines are out of luck.
  const unlucky = new Set<InstanceId>()
  const side = open({ onAppended: (events) => agents.heard(events) })
  const agents = createScriptedAgents(
    side,
    ({ instanceId, payload }) => payload.kind === 'engine-running' && unlucky.has(instanceId),
  )
  const send = async (command: PublicCommand): Promise<InstanceId | null> => {
    const answer = await side.dispatch({ command, actor: operator, signal })
    if (!answer.accepted) throw new Error(`${command.type} was refused: ${answer.rejection.message}`)
    return 'instanceId' in answer ? answer.instanceId : null
  }
  const projectIds = Array.from({ length: options.projects }, (_, index) => parseProjectId(`project-${index}`))

  const provision = async (ordinals: readonly number[]): Promise<InstanceId[]> => {
    const made = await Promise.all(
      ordinals.map(async (ordinal) => {
        const projectId = projectIds[ordinal % projectIds.length] ?? operator.projectId
        const accounts = { databases: [{ name: 'app' }], users: [{ name: 'app' }] }
        const instanceId = await send({
          type: 'CreateInstance',
          projectId,
          name: `shop-${ordinal}`,
          datastore: 'postgresql',
          ...accounts,
        })
        if (instanceId === null) throw new Error('the answer to CreateInstance names no instance')
        if (lives === 'eventful' && ordinal % 20 === 19) unlucky.add(instanceId)
        return instanceId
      }),
    )
    await agents.settle()
    return made
  }

  /** Sends a command to every n-th of those that came to be. */
  const toEvery = async (
    n: number,
    ids: readonly InstanceId[],
    commandOf: (instanceId: InstanceId) => PublicCommand,
  ): Promise<void> => {
    const alive = ids.filter((id) => !unlucky.has(id))
    await Promise.all(alive.filter((_, index) => index % n === 0).map((id) => send(commandOf(id))))
    await agents.settle()
  }

  const beIll = async (ids: readonly InstanceId[]): Promise<void> => {
    for (const health of ['UNHEALTHY', 'HEALTHY'] as const) {
      await Promise.all(
        ids.map(async (instanceId) => {
          const { state } = await side.handler.load(instance, instanceStream(instanceId))
          if (state.status !== 'ACTIVE') return
          const { nodeId, hostId } = primaryOf(state)
          await agents.reportHealth({ nodeId, hostId, instanceId, health, reason: 'its answer to a query' })
        }),
      )
      await agents.settle()
    }
  }

  const live = async (ids: readonly InstanceId[]): Promise<void> => {
    await toEvery(2, ids, (instanceId) => ({ type: 'RenameInstance', id: instanceId, name: `renamed-${instanceId}` }))
    await toEvery(3, ids, (instanceId) => ({ type: 'RestartInstance', id: instanceId }))
    await beIll(ids.filter((_, index) => index % 7 === 0))
    await toEvery(4, ids, (instanceId) => ({ type: 'StopInstance', id: instanceId }))
    await toEvery(8, ids, (instanceId) => ({ type: 'StartInstance', id: instanceId }))
    await toEvery(5, ids, (instanceId) => ({ type: 'DeleteInstance', id: instanceId }))
  }

  try {
    for (let host = 0; host < hosts; host += 1) await agents.registerHost(`db-${host}`)
    await agents.settle()
    await send({
      type: 'DefineFlavor',
      id: parseFlavorId('small'),
      vcpus: 1,
      memoryMiB: 1024,
      description: 'one',
    })
    const offered = () => side.directory.flavors().length > 0 && side.directory.datastores().length > 0
    await until('the flavor and the datastore on offer', () => offered() || null, { signal, timeoutMs: 30_000 })
    const instanceIds: InstanceId[] = []
    while (instanceIds.length < instances) {
      signal.throwIfAborted()
      const size = Math.min(generation, instances - instanceIds.length)
      await agents.renewKeys()
      const made = await provision(Array.from({ length: size }, (_, index) => instanceIds.length + index))
      if (lives === 'eventful') await live(made)
      instanceIds.push(...made)
      if (instanceIds.length % (generation * 8) === 0)
        say(`${instanceIds.length} of ${instances} instances are in the log`)
    }
    return { instanceIds, projectIds, events: await countEvents(side.eventStore, signal) }
  } finally {
    await side.close()
  }
}

const countEvents = async (eventStore: EventStore, signal: AbortSignal): Promise<number> => {
  let events = 0
  for await (const page of eventStore.readAll({ after: -1, signal })) events += page.length
  return events
}
