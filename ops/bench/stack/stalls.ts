import { setTimeout as delay } from 'node:timers/promises'
import type { WriteSide } from '../log/write-side.ts'
import type { ProgramProcess } from '../server/program-process.ts'
import { median } from '../statistics.ts'
import { startBusAgent } from './bus-agent.ts'
import type { Connection } from './connect.ts'
import { createOperationUser } from './operations.ts'
import type { Stack } from './stack.ts'

export type StallsContext = {
  readonly stack: Stack
  readonly connection: Connection
  readonly side: WriteSide
  /** Two. Those that are killed are replaced in it. */
  readonly sagas: ProgramProcess[]
  readonly rounds: number
  readonly signal: AbortSignal
  readonly say: (what: string) => void
}

/** In seconds, one a round: how much longer operations took than they do without that. */
export type Stalls = {
  readonly killed: readonly number[]
  readonly frozen: readonly number[]
  readonly instances: number
}

/** Of several partitions, so that a saga has some of them. */
const instances = 16
const undisturbedRounds = 5
/** Until a saga that came, or came back, has its part of the partitions. */
const settleMs = 5_000

/** Restarts of several instances at once, as a saga dies or stands still. */
export const measureStalls = async (context: StallsContext): Promise<Stalls> => {
  const { stack, connection, side, sagas, rounds, signal, say } = context
  const agent = await startBusAgent(connection.stores.bus, stack.masterKey)
  const user = await createOperationUser(side, signal)
  try {
    say(`${instances} instances`)
    const ids = await user.provision(instances)
    const undisturbed: number[] = []
    for (let round = 0; round < undisturbedRounds; round += 1) await user.restart(ids)
    for (let round = 0; round < undisturbedRounds; round += 1) undisturbed.push(await user.restart(ids))
    const usual = median(undisturbed)
    const measured = async (what: string, disturb: () => void): Promise<number> => {
      await delay(settleMs, undefined, { signal })
      await user.restart(ids)
      const restarted = user.restart(ids)
      disturb()
      const stall = (await restarted) - usual
      say(`a saga ${what}: ${stall.toFixed(2)} s`)
      return stall
    }
    const killed: number[] = []
    const frozen: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const at = round % sagas.length
      const victim = sagas[at] as ProgramProcess
      killed.push(await measured('killed', () => void victim.kill()))
      sagas[at] = await stack.start('saga')
      const other = sagas[1 - at] as ProgramProcess
      frozen.push(await measured('frozen', other.freeze))
      other.thaw()
    }
    return { killed, frozen, instances }
  } finally {
    await user.stop()
    await agent.stop()
  }
}
