import { join } from 'node:path'
import type { Figure } from '../figure.ts'
import type { MeasureRow } from '../row.ts'
import { createInstanceUser } from '../server/instances.ts'
import { connectTo } from '../stack/connect.ts'
import { type Hops, hopNames, hopsOf } from '../stack/hops.ts'
import { observe, readTakenAt } from '../stack/observe.ts'
import { startStack } from '../stack/stack.ts'
import { percentile } from '../statistics.ts'

/** One database after the other is made and deleted, so that a message waits for nothing but the hop itself. */
export const measure: MeasureRow = async (context) => {
  const { quick, signal, say } = context
  const stack = await startStack(context)
  const connection = connectTo(stack, say)
  try {
    for (const role of ['saga', 'projector'] as const) await stack.start(role)
    const api = await stack.startApi()
    const agent = await stack.start('agent')
    await stack.databasesAreOnOffer(api)
    const user = createInstanceUser(api)
    const makeAndDelete = async (name: string): Promise<void> => {
      const { instance } = await user.create(name, signal)
      await user.remove(instance.id, signal)
    }
    say('the first instance, for which the template is made')
    await makeAndDelete('first')
    const observer = await observe(connection, signal)
    const rounds = quick ? 4 : 15
    say(`${rounds} instances, one after the other`)
    for (let round = 0; round < rounds; round += 1) await makeAndDelete(`round-${round}`)
    const observed = await observer.stop()
    await agent.stop()
    const hops = hopsOf({ ...observed, takenAt: readTakenAt(join(stack.dataDir, 'agent')) })
    return {
      figures: hopNames.flatMap((name) => [figureOf(hops, name, 50), figureOf(hops, name, 99)]),
      notes: [
        `${rounds} instances made and deleted one after the other, with real engines; a process each of api, saga, projector and agent; with ${stack.eventStore}`,
        `of ${hopNames.map((name) => `${hops[name].length} messages (${name})`).join(', ')}; one clock, in whole milliseconds`,
        'append to Kafka: from the decision, with the append, until the relay published the event; Kafka to saga: until a saga decided what follows; saga to agent: from that decision, with append and relay, until the command is in the journal; agent to view: from the result, by way of the saga that takes it in, until the audit log of the views shows what it led to',
      ],
    }
  } finally {
    await connection.close()
    await stack.stop()
  }
}

const figureOf = (hops: Hops, name: (typeof hopNames)[number], percent: number): Figure => ({
  name: `distributed: ${name}, p${percent}`,
  unit: 'ms',
  value: percentile(hops[name], percent),
  floor: null,
  ratio: null,
  bars: [],
})
