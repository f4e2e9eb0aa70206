import { join } from 'node:path'
import { parseProjectId } from '../../../domain/ids.ts'
import { instanceStream } from '../../../domain/instance/index.ts'
import { projectStream } from '../../../domain/project/index.ts'
import { compare, comparedFigure } from '../compare.ts'
import type { Figure } from '../figure.ts'
import { populate } from '../log/population.ts'
import { createAppends } from '../log/repeated-appends.ts'
import { createQuotaChanges, createRenames, limitsOf, rateOf, type Work } from '../log/repeated-commands.ts'
import { openWriteSide } from '../log/write-side.ts'
import type { MeasureRow } from '../row.ts'

const callerCounts = [1, 16, 64, 256] as const
/** Things of each kind, so that callers never meet in the stream of one. */
const things = 1024
const projects = 8

/** Commands by dispatch, and as many things of the same kind that are only appended to. */
type Kind<Id> = {
  readonly name: string
  readonly subject: Work<Id>
  readonly subjectIds: readonly Id[]
  readonly floor: Work<Id>
  readonly floorIds: readonly Id[]
}

/**
 * Commands by dispatch against appends of the same events, made beforehand but for their ids, through the same store: what loading,
 * authorising, deciding and checking cost.
 */
export const measure: MeasureRow = async ({ directory, quick, signal, say }) => {
  const dataDir = join(directory, 'data')
  const population = { instances: 2 * things, projects, lives: 'provisioned', signal, say } as const
  const { instanceIds } = await populate(dataDir, population)
  const projectIds = Array.from({ length: 2 * things }, (_, ordinal) => parseProjectId(`quota-${ordinal}`))
  const side = openWriteSide(dataDir)
  const durationMs = quick ? 300 : 1000
  const rounds = quick ? 3 : 7

  const figuresOf = async <Id>({
    name,
    subject,
    subjectIds,
    floor,
    floorIds,
  }: Kind<Id>): Promise<readonly Figure[]> => {
    const figures: Figure[] = []
    for (const callers of callerCounts) {
      const full = `${name}, ${callers} caller${callers === 1 ? '' : 's'}`
      say(full)
      const runs = {
        subject: () => rateOf(subject, subjectIds, { callers, durationMs }),
        floor: () => rateOf(floor, floorIds, { callers, durationMs }),
      }
      await runs.subject()
      await runs.floor()
      const bars = [{ of: 'ratio', bound: 'at least', limit: 0.5 }] as const
      figures.push(comparedFigure({ name: full, unit: '/s', bars }, await compare(rounds, { ...runs, signal })))
    }
    return figures
  }

  try {
    await side.directory.ready(signal)
    const projectId = parseProjectId('default')
    const [renamed, appendedTo] = [instanceIds.slice(0, things), instanceIds.slice(things)]
    const quotas = await figuresOf({
      name: 'durable commands of one append',
      subject: createQuotaChanges(side, signal),
      subjectIds: projectIds.slice(0, things),
      floor: await createAppends(side, projectIds.slice(things), (id, ordinal) => ({
        stream: projectStream(id),
        type: 'ProjectQuotaSet',
        data: { projectId: id, limits: limitsOf(ordinal) },
        projectId: id,
        instanceId: null,
      })),
      floorIds: projectIds.slice(things),
    })
    const renames = await figuresOf({
      name: 'durable commands',
      subject: createRenames(side, signal),
      subjectIds: renamed,
      floor: await createAppends(side, appendedTo, (instanceId, ordinal) => ({
        stream: instanceStream(instanceId),
        type: 'InstanceRenamed',
        data: { name: `name-${ordinal}` },
        projectId,
        instanceId,
      })),
      floorIds: appendedTo,
    })
    return {
      figures: [...renames, ...quotas],
      notes: [
        `durable commands: RenameInstance on ${things} instances of ${projects} projects through dispatch, two appends one after the other (the name is held in the stream of its project first), against single appends of InstanceRenamed with known revisions to as many other streams of the same file; ${durationMs} ms a run`,
        `of one append: SetProjectQuota on ${things} projects through dispatch, against appends of ProjectQuotaSet in the same way`,
        'no relay, saga or projection follows the log meanwhile',
      ],
    }
  } finally {
    await side.close()
  }
}
