import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Figure } from '../figure.ts'
import type { MeasureRow } from '../row.ts'
import { startBareProcess } from '../server/bare-process.ts'
import { createInstanceUser } from '../server/instances.ts'
import { startServer } from '../server/server-process.ts'
import { type Watched, watchUsage } from '../server/watch-usage.ts'

/** The process of `npm start` while nobody asks for anything, beside a Node that has only loaded the same libraries, at the same time. */
export const measure: MeasureRow = async ({ directory, quick, signal, say }) => {
  const settleMs = quick ? 5000 : 15_000
  const durationMs = quick ? 6000 : 45_000
  const server = await startServer(join(directory, 'data'), {}, signal)
  const bare = await startBareProcess().catch(async (error) => {
    await server.stop()
    throw error
  })
  const watchBoth = async () => {
    await delay(settleMs, undefined, { signal })
    const [subject, floor] = await Promise.all([server, bare].map(({ pid }) => watchUsage(pid, durationMs, signal)))
    if (!subject || !floor) throw new Error('nothing was watched')
    return { subject, floor }
  }
  try {
    say('without instances')
    const empty = await watchBoth()
    say('with an instance')
    const user = createInstanceUser(server)
    const { instance } = await user.create('idle', signal)
    const withOne = await watchBoth()
    await user.remove(instance.id, signal)
    return {
      figures: [...figuresOf('no instance', empty), ...figuresOf('one instance', withOne)],
      notes: [
        `the server of all roles by itself, its engine not counted; ${durationMs / 1000} s each, ${settleMs / 1000} s after the last request`,
        'the floor: Node with all packages of package.json loaded that the server uses',
      ],
    }
  } finally {
    await server.stop()
    await bare.stop()
  }
}

const figuresOf = (name: string, { subject, floor }: { subject: Watched; floor: Watched }): readonly Figure[] => [
  {
    name: `idle server, ${name}, CPU`,
    unit: '%',
    value: subject.cpuPercent,
    floor: floor.cpuPercent,
    // Of a process that does nothing: nothing can be said in proportion to it.
    ratio: null,
    bars: [{ of: 'value', bound: 'under', limit: 0.5 }],
  },
  {
    name: `idle server, ${name}, RSS`,
    unit: 'MiB',
    value: subject.rssMiB,
    floor: floor.rssMiB,
    ratio: subject.rssMiB / floor.rssMiB,
    bars: [{ of: 'ratio', bound: 'under', limit: 1.5 }],
  },
]
