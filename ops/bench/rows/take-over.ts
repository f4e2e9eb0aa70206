import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { NewEvent } from '../../../commands/ports/event-store.ts'
import { relayCheckpoint } from '../../../commands/sagas/relay.ts'
import { eventsTopic } from '../../../domain/guest/topics.ts'
import type { TokenId } from '../../../domain/token/id.ts'
import type { Figure } from '../figure.ts'
import { operator } from '../log/population.ts'
import { createWriteSide, type WriteSide } from '../log/write-side.ts'
import type { MeasureRow } from '../row.ts'
import type { ProgramProcess } from '../server/program-process.ts'
import { type Connection, connectTo } from '../stack/connect.ts'
import { type Role, type Stack, startStack } from '../stack/stack.ts'
import { measureStalls } from '../stack/stalls.ts'
import { median } from '../statistics.ts'
import { until } from '../until.ts'

/** Between one event and the next of the load under which processes are killed. */
const pauseMs = 50
const patienceMs = 60_000
/** So that it is not always the same moment of the other one's round of looking whether anybody relays. */
const leastBeforeKillMs = 1000
const mostBeforeKillMs = 4000

/** Events come all the time. From the kill of a process until one that came after it is where the process would have brought it. */
export const measure: MeasureRow = async (context) => {
  const { quick, signal, say } = context
  const rounds = quick ? 2 : 5
  const stack = await startStack(context)
  const connection = connectTo(stack, say)
  const side = createWriteSide(connection.stores.eventStore)
  const load = startLoad(side, signal)
  try {
    const sagas = await startTwo(stack, 'saga')
    const projectors = await startTwo(stack, 'projector')
    const relayed = await watchRelayed(connection, signal)
    const relay: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      await delay(leastBeforeKillMs + Math.random() * (mostBeforeKillMs - leastBeforeKillMs), undefined, { signal })
      const relaying = await findRelay(connection, sagas, signal)
      relay.push(await killed(relaying, (after) => relayed.firstAfter(after)))
      say(`the relay: ${shown(relay)}`)
      sagas.splice(sagas.indexOf(relaying), 1, await stack.start('saga'))
    }
    const projector: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      await delay(leastBeforeKillMs, undefined, { signal })
      // Both write, and who is first with an event wins: there is no other way to hit the one that works than to kill each in turn.
      const victim = projectors[round % projectors.length] as ProgramProcess
      projector.push(await killed(victim, () => load.firstShown(connection, signal)))
      say(`a projector: ${shown(projector)}`)
      projectors.splice(projectors.indexOf(victim), 1, await stack.start('projector'))
    }
    await relayed.stop()
    const stalls = await measureStalls({ stack, connection, side, sagas, rounds, signal, say })
    return {
      figures: [
        ...figuresOf('relay killed, until another goes on', relay),
        ...figuresOf('projector killed, until another goes on', projector),
        ...figuresOf('saga killed, operations take longer by', stalls.killed),
        ...figuresOf('saga frozen, operations take longer by', stalls.frozen),
      ],
      notes: [
        `saga killed or frozen: ${rounds} times each, the relay and the other by turns, as ${stalls.instances} restarts begin at once; how much later the last is over than the last of as many without that; a scripted agent, which answers each command at once`,
        `two sagas and two projectors, ${rounds} times kill -9 of each while an event comes every ${pauseMs} ms; until the first event decided after it is on Kafka, or shown by the views; with ${stack.eventStore}`,
      ],
    }
  } finally {
    try {
      // Throws what broke the load off, such as Ctrl-C.
      await load.stop()
    } finally {
      await side.close()
      await connection.close()
      await stack.stop()
    }
  }
}

const startTwo = async (stack: Stack, role: Role): Promise<ProgramProcess[]> => [
  await stack.start(role),
  await stack.start(role),
]

/** In seconds from the kill on. */
const killed = async (victim: ProgramProcess, seen: (afterMs: number) => Promise<void>): Promise<number> => {
  const [killedAt, startedAt] = [Date.now(), performance.now()]
  const gone = victim.kill()
  await seen(killedAt)
  const seconds = (performance.now() - startedAt) / 1000
  await gone
  return seconds
}

/** Issues a token and revokes the one before it, again and again, until stopped: sagas react to both, so the relay publishes both. */
const startLoad = (side: WriteSide, signal: AbortSignal) => {
  const stopping = new AbortController()
  let former: TokenId | null = null
  const change = async () => {
    const issue = { type: 'IssueToken', name: 'bench', role: 'reader' } as const
    const issued = await side.dispatch({ command: issue, actor: operator, signal })
    if (!issued.accepted) throw new Error(`IssueToken was refused: ${issued.rejection.message}`)
    const revoked = former
    former = issued.tokenId
    if (revoked === null) return issued.position
    const answer = await side.dispatch({ command: { type: 'RevokeToken', id: revoked }, actor: operator, signal })
    if (!answer.accepted) throw new Error(`RevokeToken was refused: ${answer.rejection.message}`)
    return answer.position
  }
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await change()
      await delay(pauseMs, undefined, { signal: AbortSignal.any([signal, stopping.signal]) }).catch(() => {})
    }
  }
  const running = run()
  running.catch(() => {})
  return {
    /** Resolves when the views show a change made from now on. */
    firstShown: async ({ viewStore }: Connection, until: AbortSignal): Promise<void> => {
      const position = await change()
      const bounded = AbortSignal.any([until, AbortSignal.timeout(patienceMs)])
      if (!(await viewStore.waitFor('tokens', position, bounded))) throw new Error('a change was never shown')
    },
    stop: async (): Promise<void> => {
      stopping.abort()
      await running
    },
  }
}

/** What comes by way of the relay, in a group of its own. */
const watchRelayed = async ({ stores }: Connection, signal: AbortSignal) => {
  let lastDecidedAt = 0
  const consumer = stores.bus.consume({
    group: `bench-${randomUUID()}`,
    topics: [eventsTopic],
    start: 'latest',
    handle: async ({ value }) => {
      // Published by the relay as it was stored.
      const { metadata } = JSON.parse(value) as NewEvent
      lastDecidedAt = Math.max(lastDecidedAt, Date.parse(metadata.at))
    },
  })
  await consumer.ready
  return {
    firstAfter: async (afterMs: number): Promise<void> => {
      const isThere = () => lastDecidedAt > afterMs || null
      await until('an event to be relayed by another', isThere, { signal, timeoutMs: patienceMs })
    },
    stop: () => consumer.stop(),
  }
}

/** The name a process saves the relay's checkpoint under has its id in it: `<machine>-<pid>-<random>`. */
const findRelay = ({ stores }: Connection, sagas: readonly ProgramProcess[], signal: AbortSignal) =>
  until(
    'one of the sagas to be the relay',
    async () => {
      const { holder = '' } = (await stores.checkpoints.load(relayCheckpoint)) ?? {}
      return sagas.find(({ pid }) => holder.split('-').at(-2) === String(pid)) ?? null
    },
    { signal, timeoutMs: patienceMs },
  )

const shown = (values: readonly number[]): string => `${values.at(-1)?.toFixed(2)} s`

const figuresOf = (what: string, values: readonly number[]): readonly Figure[] => {
  const bars = [{ of: 'value', bound: 'under', limit: 5 }] as const
  const figure = (which: string, value: number): Figure => ({
    name: `distributed: ${what}, ${which}`,
    unit: 's',
    value,
    floor: null,
    ratio: null,
    bars,
  })
  return [figure('median', median(values)), figure('longest', Math.max(...values))]
}
