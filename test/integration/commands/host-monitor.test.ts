import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHostMonitor } from '../../../commands/sagas/host-monitor.ts'
import { agentHeartbeatsTopic } from '../../../domain/guest/topics.ts'
import { host, hostStream } from '../../../domain/host/index.ts'
import { parseCommandId } from '../../../domain/ids.ts'
import { collect } from '../../support/collect.ts'
import { hostDescription } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { openWriteSide } from '../../support/write-side.ts'

const dir = createTempDir('host-monitor')
const disposals: (() => unknown)[] = []
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(async () => {
  vi.useRealTimers()
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const hostLostAfterMs = 15_000
const lookEveryMs = 3_000

/** A monitor that listens, one host, and the time as the test has it pass. */
const start = async () => {
  let elapsed = 0
  let setForwardMs = 0
  const begunAt = Date.now()
  const side = openWriteSide(dir.next(), { now: () => begunAt + elapsed + setForwardMs })
  disposals.push(side.close)
  const { handler, directory } = side
  const { hostId, ...rest } = hostDescription()
  const commandId = parseCommandId(side.ids.next())
  const context = {
    actor: { kind: 'system', name: 'test' },
    commandId,
    correlationId: null,
    projectId: null,
    instanceId: null,
    causationId: commandId,
  } as const
  const stream = hostStream(hostId)
  await handler.handle(host, stream, { type: 'RegisterHost', description: { hostId, ...rest } }, context)
  directory.start()
  await waitFor('the host to be known', () => directory.hosts().length === 1)
  const monitor = createHostMonitor({ ...side, hostLostAfterMs, elapsedMs: () => elapsed })
  disposals.push(monitor.stop)
  monitor.start()

  return {
    beat: () =>
      monitor.take({
        topic: agentHeartbeatsTopic,
        partition: 0,
        offset: '0',
        key: hostId,
        value: JSON.stringify({ hostId, at: new Date().toISOString() }),
        headers: {},
        publishedAt: 0,
      }),
    /** As a process sees it that runs all the time. */
    passes: (ms: number) => {
      for (let left = ms; left > 0; left -= lookEveryMs) {
        elapsed += lookEveryMs
        vi.advanceTimersByTime(lookEveryMs)
      }
    },
    /** The process does not run meanwhile, and its timers are the first to run again: what is on its way to it comes after them. */
    standsStill: async (ms: number) => {
      elapsed += ms
      vi.advanceTimersByTime(lookEveryMs)
      await new Promise((resolve) => setImmediate(resolve))
    },
    setClockForward: (ms: number) => {
      setForwardMs = ms
    },
    /** By all looks so far. */
    timesLost: async () => {
      await monitor.stop()
      return (await collect(side.eventStore.readStream(stream))).flat().filter(({ type }) => type === 'HostLost').length
    },
  }
}

describe('the monitor of hosts', () => {
  it('takes a host for lost that is silent for so long while it listens', async () => {
    const { beat, passes, timesLost } = await start()
    await beat()
    passes(hostLostAfterMs)
    expect(await timesLost()).toBe(1)
  })

  it('does not take a host for lost that is heard again and again', async () => {
    const { beat, passes, timesLost } = await start()
    for (let times = 0; times < 5; times += 1) {
      await beat()
      passes(hostLostAfterMs - lookEveryMs)
    }
    expect(await timesLost()).toBe(0)
  })

  it('hears first what was said while its process stood still', async () => {
    const { beat, passes, standsStill, timesLost } = await start()
    await beat()
    await standsStill(3_600_000)
    await beat()
    passes(hostLostAfterMs - lookEveryMs)
    expect(await timesLost()).toBe(0)
  })

  it('takes a host for lost that is silent after its process stood still, too', async () => {
    const { beat, passes, standsStill, timesLost } = await start()
    await beat()
    await standsStill(3_600_000)
    passes(hostLostAfterMs)
    expect(await timesLost()).toBe(1)
  })

  it('does not go by a clock that is set', async () => {
    const { beat, passes, setClockForward, timesLost } = await start()
    await beat()
    setClockForward(3_600_000)
    passes(hostLostAfterMs - lookEveryMs)
    expect(await timesLost()).toBe(0)
  })
})
