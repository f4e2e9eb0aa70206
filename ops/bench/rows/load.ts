import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { InstanceId } from '../../../domain/ids.ts'
import { InstanceDocument, InstancesDocument } from '../../cli/generated/graphql.ts'
import type { Figure } from '../figure.ts'
import { populate } from '../log/population.ts'
import type { MeasureRow } from '../row.ts'
import { createKeepAliveClient, graphqlBody } from '../server/keep-alive-client.ts'
import { readUsage } from '../server/process-usage.ts'
import { startServer } from '../server/server-process.ts'
import { percentile } from '../statistics.ts'

const instances = 10_000
const callerCounts = [1, 16] as const
const sampleMs = 250

/** Reads as fast as they are answered, for long: what becomes of the slowest answers, and of the server's memory. */
export const measure: MeasureRow = async ({ directory, quick, signal, say }) => {
  const dataDir = join(directory, 'data')
  say(`writing a log of ${instances} instances`)
  const { instanceIds } = await populate(dataDir, { instances, projects: 20, lives: 'provisioned', signal, say })
  const server = await startServer(dataDir, { COFFER_ROLES: 'api,projector', COFFER_LOG_LEVEL: 'warn' }, signal)
  const seconds = quick ? 10 : 60
  const figures: Figure[] = []
  try {
    for (const callers of callerCounts) {
      say(`${callers} callers for ${seconds} s`)
      await readFor(seconds / 4, callers, server, instanceIds)
      const watching = new AbortController()
      const highest = highestRss(server.pid, AbortSignal.any([signal, watching.signal]))
      const took = await readFor(seconds, callers, server, instanceIds)
      watching.abort()
      signal.throwIfAborted()
      figures.push(...figuresOf(callers, { took, seconds, rssMiB: await highest }))
    }
    return {
      figures,
      notes: [
        `${instances} instances in 20 projects; a server of the roles api and projector; ${seconds} s each, after a quarter of that to warm up; each caller asks over a connection of its own, in turns for one instance and for 20, every field, as soon as the last answer is there`,
        'the floor of p99 is p50 of the same answers; RSS is the highest of four samples a second; the callers share the cores with the server',
      ],
    }
  } finally {
    await server.stop()
  }
}

/** How long each answer took, in milliseconds. */
const readFor = async (
  seconds: number,
  callers: number,
  server: { readonly url: string; readonly token: string },
  instanceIds: readonly InstanceId[],
): Promise<readonly number[]> => {
  const startedAt = performance.now()
  const took: number[] = []
  const call = async (caller: number): Promise<void> => {
    const client = createKeepAliveClient(server)
    const list = graphqlBody(InstancesDocument, { first: 20 })
    try {
      for (let at = caller; performance.now() - startedAt < seconds * 1000; at += callers) {
        // A prime stride goes all over the place without being random.
        const id = instanceIds[(at * 7919) % instanceIds.length]
        took.push(await client.time(graphqlBody(InstanceDocument, { id })))
        took.push(await client.time(list))
      }
    } finally {
      client.close()
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))
  return took
}

const highestRss = async (pid: number, signal: AbortSignal): Promise<number> => {
  let highest = 0
  while (!signal.aborted) {
    highest = Math.max(highest, readUsage(pid).rssMiB)
    await delay(sampleMs, undefined, { signal }).catch(() => {})
  }
  return highest
}

type Load = { readonly took: readonly number[]; readonly seconds: number; readonly rssMiB: number }

const figuresOf = (callers: number, { took, seconds, rssMiB }: Load): readonly Figure[] => {
  const name = `read load, ${callers} caller${callers === 1 ? '' : 's'}`
  const [p50, p99] = [percentile(took, 50), percentile(took, 99)]
  const alone = { floor: null, ratio: null }
  return [
    { name: `${name}, answers`, unit: '/s', value: took.length / seconds, ...alone, bars: [] },
    {
      name: `${name}, p99`,
      unit: 'ms',
      value: p99,
      floor: p50,
      ratio: p99 / p50,
      bars: [{ of: 'ratio', bound: 'under', limit: 5 }],
    },
    {
      name: `${name}, RSS`,
      unit: 'MiB',
      value: rssMiB,
      ...alone,
      bars: [{ of: 'value', bound: 'under', limit: 300 }],
    },
  ]
}
