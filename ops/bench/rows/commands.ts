import { join } from 'node:path'
import type { EventId, InstanceId } from '../../../domain/ids.ts'
import { parseCommandId, parseEventId } from '../../../domain/ids.ts'
import { instance, instanceStream } from '../../../domain/instance/index.ts'
import { compare, comparedFigure } from '../compare.ts'
import type { Figure } from '../figure.ts'
import { operator, populate } from '../log/population.ts'
import { createRenames, rateOf, type Work } from '../log/renames.ts'
import { openWriteSide, type WriteSide } from '../log/write-side.ts'
import type { MeasureRow } from '../rows.ts'

const callerCounts = [1, 16, 64, 256] as const
/** Of each kind, so that callers never meet in one stream. */
const instances = 1024

/**
 * Renames by dispatch against appends of the same events, made beforehand but for their ids, through the same store: what loading,
 * authorising, deciding and checking cost.
 */
export const measure: MeasureRow = async ({ directory, quick, signal, say }) => {
  const dataDir = join(directory, 'data')
  const { instanceIds } = await populate(dataDir, {
    instances: 2 * instances,
    projects: 8,
    lives: 'provisioned',
    signal,
    say,
  })
  const side = openWriteSide(dataDir)
  try {
    await side.directory.ready(signal)
    const renames = createRenames(side, signal)
    const appends = await createAppends(side, instanceIds.slice(instances))
    const durationMs = quick ? 300 : 1000
    const rounds = quick ? 3 : 7
    const figures: Figure[] = []
    for (const callers of callerCounts) {
      say(`${callers} callers`)
      const subject = () => rateOf(renames, instanceIds.slice(0, instances), { callers, durationMs })
      const floor = () => rateOf(appends, instanceIds.slice(instances), { callers, durationMs })
      await subject()
      await floor()
      const bars = [{ of: 'ratio', bound: 'at least', limit: 0.5 }] as const
      const name = `durable commands, ${callers} caller${callers === 1 ? '' : 's'}`
      figures.push(comparedFigure({ name, unit: '/s', bars }, await compare(rounds, { subject, floor, signal })))
    }
    return {
      figures,
      notes: [
        `RenameInstance on ${instances} instances through dispatch, against appends of InstanceRenamed with known revisions to as many other streams of the same file; ${durationMs} ms a run`,
        'no relay, saga or projection follows the log meanwhile',
      ],
    }
  } finally {
    await side.close()
  }
}

const createAppends = async (side: WriteSide, instanceIds: readonly InstanceId[]): Promise<Work> => {
  const { eventStore, handler, ids } = side
  const revisions = new Map<InstanceId, number>()
  for (const id of instanceIds) {
    const { revision } = await handler.load(instance, instanceStream(id))
    revisions.set(id, revision ?? -1)
  }
  const commandId = parseCommandId(ids.next())
  const at = new Date().toISOString()
  let count = 0
  return {
    begin: async (instanceId) => {
      count += 1
      const id: EventId = parseEventId(ids.next())
      const event = {
        id,
        type: 'InstanceRenamed',
        version: 1,
        data: { name: `name-${count}` },
        metadata: {
          eventId: id,
          at,
          actor: operator,
          commandId,
          correlationId: null,
          projectId: operator.kind === 'user' ? operator.projectId : null,
          instanceId,
          causationId: commandId,
        },
      }
      const { revision } = await eventStore.append(instanceStream(instanceId), [event], revisions.get(instanceId) ?? -1)
      revisions.set(instanceId, revision)
    },
  }
}
