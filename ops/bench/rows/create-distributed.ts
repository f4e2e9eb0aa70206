import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { compare, comparedFigure } from '../compare.ts'
import type { MeasureRow } from '../row.ts'
import { createInstanceUser, type InstanceUser } from '../server/instances.ts'
import { startServer } from '../server/server-process.ts'
import { startStack } from '../stack/stack.ts'

/** Between one wish and the next of somebody who is in no hurry. */
const pauseMs = 3000

/** By the API of either system, each with an agent of its own on this machine. */
export const measure: MeasureRow = async (context) => {
  const { directory, quick, signal, say } = context
  const stack = await startStack(context)
  try {
    for (const role of ['saga', 'projector'] as const) await stack.start(role)
    const api = await stack.startApi()
    await stack.start('agent')
    const server = await startServer(join(directory, 'embedded'), {}, signal)
    try {
      await stack.databasesAreOnOffer(api)
      const users = { distributed: createInstanceUser(api), embedded: createInstanceUser(server) }
      let count = 0
      const createWith = (user: InstanceUser) => async (): Promise<number> => {
        count += 1
        await delay(pauseMs, undefined, { signal })
        const { instance, seconds } = await user.create(`round-${count}`, signal)
        await user.remove(instance.id, signal)
        return seconds
      }
      const [subject, floor] = [createWith(users.distributed), createWith(users.embedded)]
      say('the first instances, for which the templates are made')
      await subject()
      await floor()
      say('an instance of each in turns')
      const compared = await compare(quick ? 3 : 5, { subject, floor, signal })
      return {
        figures: [comparedFigure({ name: 'distributed: create to first query', unit: 's', bars: [] }, compared)],
        notes: [
          `with ${stack.eventStore}; a process each of api, saga, projector and agent`,
          `the floor is a server of all roles with embedded stores, in turns; ${pauseMs / 1000} s after the instance before it; both make ${await users.embedded.volumeKind(signal)} volumes`,
        ],
      }
    } finally {
      await server.stop()
    }
  } finally {
    await stack.stop()
  }
}
