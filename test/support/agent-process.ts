// An agent in a process of its own, to be killed. Its only argument is JSON: `AgentProcessOptions`. Prints its description when it runs.
import { createAgent } from '../../agent/agent.ts'
import type { AgentConfig } from '../../agent/config.ts'
import { createEmbeddedMessageBus } from '../../commands/adapters/embedded/message-bus.ts'
import { openEmbeddedDatabase } from '../../commands/adapters/embedded/open-database.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIdSource } from '../../kernel/ids.ts'
import { systemRandom } from '../../kernel/random.ts'
import { systemTimers } from '../../kernel/timers.ts'
import { createFakeDriver } from './agent-engine-driver.ts'
import { testJoin } from './test-join.ts'

export type AgentProcessOptions = {
  readonly controlDir: string
  readonly binDir: string
  readonly config: AgentConfig
  /** The process kills itself at the call of this number that the agent makes to the outside, once it runs; null for never. */
  readonly dieAtCall: number | null
}

const options = JSON.parse(process.argv[2] ?? '') as AgentProcessOptions
let calls: number | null = null

/** Counts every call of the agent to what it was given: driver, bus, clock, ids and log. Each is a point to die at. */
const counted = <T extends object>(target: T): T =>
  new Proxy(target, {
    get: (_, name, receiver) => {
      const value = Reflect.get(target, name, receiver)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        if (calls !== null) {
          calls += 1
          if (calls === options.dieAtCall) process.kill(process.pid, 'SIGKILL')
        }
        return Reflect.apply(value, target, args)
      }
    },
  })

const quiet = () => {}
const log =
  process.env.AGENT_LOG === undefined
    ? { debug: quiet, info: quiet, warn: quiet, error: quiet }
    : { debug: console.error, info: console.error, warn: console.error, error: console.error }
const database = openEmbeddedDatabase({ dataDir: options.controlDir })
const agent = createAgent({
  bus: counted(createEmbeddedMessageBus({ database })),
  drivers: [counted(createFakeDriver(options.binDir))],
  clock: { ...systemClock, ...counted({ now: systemClock.now }) },
  timers: systemTimers,
  ids: counted(createIdSource(systemClock, systemRandom)),
  log: counted(log),
  config: options.config,
  join: testJoin,
})
const description = await agent.start(AbortSignal.timeout(60_000))
await agent.connected()
calls = 0
process.stdout.write(`${JSON.stringify(description)}\n`)
// It lives by its timers until it is told, or made, to end.
for (const [signal, engines] of [
  ['SIGTERM', 'keep'],
  ['SIGINT', 'stop'],
] as const) {
  process.once(signal, async () => {
    await agent.stop({ engines })
    process.exit(0)
  })
}
