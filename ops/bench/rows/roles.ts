import { setTimeout as delay } from 'node:timers/promises'
import type { Figure } from '../figure.ts'
import type { MeasureRow } from '../row.ts'
import { startBareProcess } from '../server/bare-process.ts'
import { createInstanceUser } from '../server/instances.ts'
import type { ProgramProcess } from '../server/program-process.ts'
import { type Watched, watchUsage } from '../server/watch-usage.ts'
import { type Role, startStack } from '../stack/stack.ts'

/** A process of each role while nobody asks for anything, with all its connections open and one database running. */
export const measure: MeasureRow = async (context) => {
  const { quick, signal, say } = context
  const settleMs = quick ? 5000 : 15_000
  const durationMs = quick ? 6000 : 45_000
  const stack = await startStack(context)
  try {
    const sagas = [await stack.start('saga'), await stack.start('saga')]
    const projector = await stack.start('projector')
    const api = await stack.startApi()
    const agent = await stack.start('agent')
    await stack.databasesAreOnOffer(api)
    const user = createInstanceUser(api)
    const { instance } = await user.create('idle', signal)
    const bare = await startBareProcess()
    try {
      say('idle')
      await delay(settleMs, undefined, { signal })
      const watch = ({ pid }: Pick<ProgramProcess, 'pid'>) => watchUsage(pid, durationMs, signal)
      const roles: readonly (readonly [Role | 'saga that stands by as relay', ProgramProcess])[] = [
        ['api', api],
        ['saga', sagas[0] as ProgramProcess],
        ['saga that stands by as relay', sagas[1] as ProgramProcess],
        ['projector', projector],
        ['agent', agent],
      ]
      const [floor, ...watched] = await Promise.all([bare, ...roles.map(([, process]) => process)].map(watch))
      if (!floor) throw new Error('nothing was watched')
      await user.remove(instance.id, signal)
      return {
        figures: roles.flatMap(([role], at) => figuresOf(role, watched[at] as Watched, floor)),
        notes: [
          `a process each, with one instance, its engine not counted; ${durationMs / 1000} s, ${settleMs / 1000} s after the last request; with ${stack.eventStore}`,
          'the floor: Node with all packages of package.json loaded that the server uses',
        ],
      }
    } finally {
      await bare.stop()
    }
  } finally {
    await stack.stop()
  }
}

const figuresOf = (role: string, { cpuPercent, rssMiB }: Watched, floor: Watched): readonly Figure[] => [
  {
    name: `distributed: idle ${role}, CPU`,
    unit: '%',
    value: cpuPercent,
    floor: floor.cpuPercent,
    // Of a process that does nothing: nothing can be said in proportion to it.
    ratio: null,
    bars: [{ of: 'value', bound: 'under', limit: 1 }],
  },
  {
    name: `distributed: idle ${role}, RSS`,
    unit: 'MiB',
    value: rssMiB,
    floor: floor.rssMiB,
    ratio: rssMiB / floor.rssMiB,
    bars: [],
  },
]
