import { readdirSync } from 'node:fs'
import { expect } from 'vitest'
import type { StoredEvent } from '../../../commands/ports/event-store.ts'
import type { GuestCommand } from '../../../domain/guest/command.ts'
import { type InstanceFragment as Instance, InstancesDocument } from '../../../ops/cli/generated/graphql.ts'
import type { Connection } from '../../../ops/cli/pages.ts'
import { readDistributedLog } from '../../support/distributed-log.ts'
import { readAllEffects } from '../../support/embedded-log.ts'
import { layoutOf, nodeOfInstance, postmastersOf } from '../../support/host-traces.ts'
import type { ServerApi } from '../../support/server-api.ts'
import { type Load, requireRows } from './load.ts'
import type { BreakableSystem } from './system.ts'

const endings = new Set(['OperationSucceeded', 'OperationFailed', 'OperationCancelled'])

/** Operations that have begun and not come to an end. */
const openOperations = (log: readonly StoredEvent[]): readonly string[] => {
  const ended = new Set(log.filter(({ type }) => endings.has(type)).map(({ stream }) => stream))
  return log.filter(({ type, stream }) => type === 'OperationStarted' && !ended.has(stream)).map(({ stream }) => stream)
}

/** Every start of an engine that an operation asked for, once, however often it was asked for. */
const intendedStarts = (log: readonly StoredEvent[]): readonly string[] => {
  const starts = log.flatMap(({ type, data }) => {
    if (type !== 'GuestCommandIssued') return []
    const { nodeId, payload } = (data as { readonly command: GuestCommand }).command
    return payload.kind === 'engine-running' ? [`${nodeId} generation ${payload.generation}`] : []
  })
  return [...new Set(starts)]
}

/** Every start of an engine that the agent has seen, in order. */
const startsOf = (dataDir: string): readonly string[] =>
  readAllEffects(dataDir)
    .filter(({ kind }) => kind === 'engine-started')
    .map(({ nodeId, intent }) => `${nodeId} ${intent}`)

/** Kills the engine of an instance. Answers the start that makes up for it: of the same generation. */
export const crashEngine = (dataDir: string, instanceId: string): string => {
  const restart = startsOf(dataDir).findLast((start) => start.startsWith(nodeOfInstance(instanceId)))
  const [pid] = postmastersOf(dataDir, instanceId)
  if (restart === undefined || pid === undefined) throw new Error(`instance ${instanceId} has no engine to crash`)
  process.kill(pid, 'SIGKILL')
  return restart
}

const allInstances = async (api: ServerApi): Promise<readonly Instance[]> => {
  const instances: Instance[] = []
  for (let after: string | null = null; ; ) {
    const page: { instances: Connection<Instance> } = await api.request(InstancesDocument, {
      filter: { includeDeleted: true },
      first: 100,
      after,
    })
    instances.push(...page.instances.edges.map(({ node }) => node))
    if (!page.instances.pageInfo.hasNextPage) return instances
    after = page.instances.pageInfo.endCursor
  }
}

/** What is promised of the end, whatever went wrong on the way there. The load is over. `restarts`: starts of engines that had crashed. */
export const expectGoodEnd = async (
  system: BreakableSystem,
  api: ServerApi,
  load: Load,
  restarts: readonly string[],
): Promise<void> => {
  const log = await readDistributedLog(system.eventStore)
  expect(openOperations(log), 'operations without an end').toEqual([])

  const instances = await allInstances(api)
  const restless = instances.filter(({ status }) => !['ACTIVE', 'DELETED', 'FAILED'].includes(status))
  expect(restless, 'instances that something is still done to').toEqual([])
  const kept = load.kept()
  const active = instances
    .filter(({ status }) => status === 'ACTIVE')
    .map(({ id }) => id)
    .sort()
  expect(kept.map(({ id }) => id).sort(), 'instances that are ACTIVE').toEqual(active)
  await Promise.all(kept.map(requireRows))

  const wanted = [...intendedStarts(log), ...restarts].sort()
  expect(startsOf(system.agentDataDir).toSorted(), 'starts that the agent has noted').toEqual(wanted)
  for (const id of active) expect(postmastersOf(system.agentDataDir, id), `engines of ${id}`).toHaveLength(1)
  const directories = readdirSync(layoutOf(system.agentDataDir).nodes)
  expect(directories.sort(), 'nodes that the host has something of').toEqual(active.map(nodeOfInstance).sort())

  const views = await api.verifyViews()
  expect(views.length).toBeGreaterThan(0)
  expect(
    views.filter(({ equal }) => !equal),
    'views that differ from what the log says',
  ).toEqual([])
}
