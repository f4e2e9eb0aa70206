import type { Figure, Unit } from '../figure.ts'
import { createWriteSide } from '../log/write-side.ts'
import type { MeasureRow } from '../row.ts'
import { readUsage } from '../server/process-usage.ts'
import { startBusAgent } from '../stack/bus-agent.ts'
import { connectTo } from '../stack/connect.ts'
import { createOperationUser } from '../stack/operations.ts'
import { startStack } from '../stack/stack.ts'
import { median } from '../statistics.ts'

const workerCounts = [1, 2, 4] as const

/** Restarts of many instances at once, by an agent that is done with every command at once, so that the sagas have all the work. */
export const measure: MeasureRow = async (context) => {
  const { quick, signal, say } = context
  const [instances, rounds] = quick ? [64, 3] : [96, 5]
  const stack = await startStack(context)
  const connection = connectTo(stack, say)
  const { eventStore, bus } = connection.stores
  const side = createWriteSide(eventStore)
  try {
    const sagas = [await stack.start('saga')]
    const cpuSeconds = () => sagas.reduce((sum, { pid }) => sum + readUsage(pid).cpuSeconds, 0)
    const agent = await startBusAgent(bus, stack.masterKey)
    const user = await createOperationUser(side, signal)
    say(`${instances} instances`)
    const ids = await user.provision(instances)
    const rates: Figure[] = []
    const costs: Figure[] = []
    for (const workers of workerCounts) {
      while (sagas.length < workers) sagas.push(await stack.start('saga'))
      say(`${workers} saga workers`)
      // As often as there are workers, so that each has done as much before as one alone.
      for (let round = 0; round < workers; round += 1) await user.restart(ids)
      const measured: number[] = []
      const before = cpuSeconds()
      for (let round = 0; round < rounds; round += 1) measured.push(instances / (await user.restart(ids)))
      const cpuMs = ((cpuSeconds() - before) * 1000) / (instances * rounds)
      rates.push(figureOf('operations', workers, '/s', median(measured), rates))
      costs.push(figureOf('processor time of an operation', workers, 'ms', cpuMs, costs))
    }
    await user.stop()
    await agent.stop()
    return {
      figures: [...rates, ...costs],
      notes: [
        `${instances} restarts at once, from dispatch in this process until the last operation is over; a scripted agent, which answers each command at once; with ${stack.eventStore}; no api and no projector; ${rounds} times each`,
        'the floor of two and four workers is what one does; all of it, stores included, shares the cores of this machine',
        'the processor time is that of the saga workers together, the one that relays included',
      ],
    }
  } finally {
    await side.close()
    await connection.close()
    await stack.stop()
  }
}

/** `before`: the same with fewer workers, that of one first. */
const figureOf = (what: string, workers: number, unit: Unit, value: number, before: readonly Figure[]): Figure => {
  const one = before[0]?.value ?? null
  return {
    name: `distributed: ${what}, ${workers} saga worker${workers === 1 ? '' : 's'}`,
    unit,
    value,
    floor: one,
    ratio: one === null ? null : value / one,
    bars: [],
  }
}
