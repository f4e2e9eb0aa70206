import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { InstanceId } from '../../../domain/ids.ts'
import { compare, comparedFigure, takeTurns } from '../compare.ts'
import type { Figure } from '../figure.ts'
import { populate, populateThrough } from '../log/population.ts'
import { createRenames, rateOf, type Work } from '../log/repeated-commands.ts'
import { createWriteSide, openWriteSide } from '../log/write-side.ts'
import type { MeasureRow, RowContext } from '../row.ts'
import { createKeepAliveClient, graphqlBody } from '../server/keep-alive-client.ts'
import { type ServerProcess, startServer } from '../server/server-process.ts'
import { connectTo } from '../stack/connect.ts'
import { openRawAppends } from '../stack/raw-appends.ts'
import { type Stack, startStack } from '../stack/stack.ts'

const dispatchCallers = [1, 16, 64, 256] as const
const apiCallers = [1, 16] as const
/** As many as callers at most, so that they never meet in one stream. */
const instances = 256

/**
 * Of one run, and of what comes before the first: programs that have only just started are slow. Four that share the cores take the longest: in
 * their first 5 s of load they do less than a third of what they do after 10.
 */
type Timing = {
  readonly dispatchMs: number
  readonly apiMs: number
  readonly warmUpMs: number
  readonly rounds: number
}

/** The same commands in both modes: through dispatch alone, and through the API with everything running that follows from them. */
export const measure: MeasureRow = async (context) => {
  const timing: Timing = context.quick
    ? { dispatchMs: 300, apiMs: 500, warmUpMs: 5000, rounds: 3 }
    : { dispatchMs: 700, apiMs: 2000, warmUpMs: 15_000, rounds: 5 }
  const stack = await startStack(context)
  try {
    const figures = [...(await throughDispatch(stack, timing, context)), ...(await throughApi(stack, timing, context))]
    return {
      figures,
      notes: [
        `with ${stack.eventStore}; the floor is the same with embedded stores, or raw appends: what the event store's own client does alone, all in turns`,
        `dispatch: RenameInstance on ${instances} instances of each store, ${timing.dispatchMs} ms a run, from this process; no relay, saga or projection follows the log meanwhile`,
        'raw appends: of the same events, made beforehand but for their ids, at known revisions, to as many streams of the same event store, by appendToStream of its client',
        'API: defineFlavor over HTTP, an answer when the views show the flavor; a process each of api, saga and projector against one server of all roles',
      ],
    }
  } finally {
    await stack.stop()
  }
}

const throughDispatch = async (
  stack: Stack,
  { dispatchMs, rounds }: Timing,
  { directory, signal, say }: RowContext,
): Promise<readonly Figure[]> => {
  const population = { instances, projects: 8, lives: 'provisioned', signal, say } as const
  const connection = connectTo(stack, say)
  const { eventStore } = connection.stores
  const embeddedDir = join(directory, 'embedded-log')
  say(`${instances} instances in each log`)
  const distributed = await populateThrough((options) => createWriteSide(eventStore, options), population)
  const embedded = await populate(embeddedDir, population)
  const sides = { distributed: createWriteSide(eventStore), embedded: openWriteSide(embeddedDir) }
  const raw = openRawAppends(stack)
  try {
    for (const { directory: known } of Object.values(sides)) await known.ready(signal)
    const works: readonly (readonly [Work, readonly InstanceId[]])[] = [
      [createRenames(sides.distributed, signal), distributed.instanceIds],
      [raw, distributed.instanceIds],
      [createRenames(sides.embedded, signal), embedded.instanceIds],
    ]
    const figures: Figure[] = []
    for (const callers of dispatchCallers) {
      say(`${callers} callers of dispatch`)
      const runs = works.map(
        ([work, ids]) =>
          () =>
            rateOf(work, ids, { callers, durationMs: dispatchMs }),
      )
      for (const run of runs) await run()
      const [values = [], appends = [], floors = []] = await takeTurns(rounds, runs, signal)
      const name = `distributed: commands through dispatch, ${named(callers)}`
      figures.push(
        comparedFigure({ name: `${name}, to raw appends`, unit: '/s', bars: [] }, { values, floors: appends }),
        comparedFigure({ name: `${name}, to embedded`, unit: '/s', bars: [] }, { values, floors }),
      )
    }
    return figures
  } finally {
    await raw.close()
    await sides.distributed.close()
    await sides.embedded.close()
    await connection.close()
  }
}

const throughApi = async (
  stack: Stack,
  { apiMs: durationMs, warmUpMs, rounds }: Timing,
  { directory, signal, say }: RowContext,
): Promise<readonly Figure[]> => {
  await stack.start('saga')
  await stack.start('projector')
  const distributed = await stack.startApi()
  const embedded = await startServer(join(directory, 'embedded'), {}, signal)
  try {
    say('both, until they are warm')
    for (const server of [distributed, embedded]) await defineFlavors(server, { callers: 16, durationMs: warmUpMs })
    const figures: Figure[] = []
    for (const callers of apiCallers) {
      say(`${callers} callers of the API`)
      const subject = () => defineFlavors(distributed, { callers, durationMs })
      const floor = () => defineFlavors(embedded, { callers, durationMs })
      await subject()
      await floor()
      const name = `distributed: commands through the API, ${named(callers)}, to embedded`
      figures.push(comparedFigure({ name, unit: '/s', bars: [] }, await compare(rounds, { subject, floor, signal })))
    }
    return figures
  } finally {
    await embedded.stop()
  }
}

const named = (callers: number): string => `${callers} caller${callers === 1 ? '' : 's'}`

const defineFlavor =
  'mutation ($id: ID!) { result: defineFlavor(input: { id: $id, vcpus: 1, memoryMiB: 1024 }) { ... on FlavorAccepted { upToDate } ... on Refusal { message } } }'

/** How many a second, when so many callers each ask for the next as soon as they have their answer. */
const defineFlavors = async (
  server: ServerProcess,
  { callers, durationMs }: { readonly callers: number; readonly durationMs: number },
): Promise<number> => {
  const startedAt = performance.now()
  const call = async (): Promise<number> => {
    const client = createKeepAliveClient(server)
    let done = 0
    try {
      for (; performance.now() - startedAt < durationMs; done += 1) {
        // The field is of an accepted command alone: it says that the views show what was written.
        const { result } = (await client.ask(graphqlBody(defineFlavor, { id: `bench-${randomUUID()}` }))) as {
          result: { readonly upToDate?: boolean }
        }
        if (result.upToDate !== true) throw new Error(`defineFlavor was answered with ${JSON.stringify(result)}`)
      }
    } finally {
      client.close()
    }
    return done
  }
  const counts = await Promise.all(Array.from({ length: callers }, call))
  return counts.reduce((sum, count) => sum + count, 0) / ((performance.now() - startedAt) / 1000)
}
