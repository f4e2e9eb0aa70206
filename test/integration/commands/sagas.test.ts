import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { UnequalTopics } from '../../../commands/ports/message-bus.ts'
import { createSagas } from '../../../commands/sagas/sagas.ts'
import type { AgentReport } from '../../../domain/guest/report.ts'
import { agentResultsTopic, controlPlaneTopics, eventsTopic } from '../../../domain/guest/topics.ts'
import { host, hostStream } from '../../../domain/host/index.ts'
import { createScriptedChannel, joinByMasterKey } from '../../../ops/bench/log/scripted-channel.ts'
import { settings } from '../../support/control-plane.ts'
import { hostDescription } from '../../support/scripted-agent.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { openWriteSide, testMasterKey } from '../../support/write-side.ts'

const dir = createTempDir('sagas')
const bounded = { timeout: 30_000, interval: 10 }
const disposals: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const open = () => {
  const side = openWriteSide(dir.next())
  const sagas = createSagas({ ...side, worker: 'test', settings, hostLostAfterMs: 3_600_000 })
  disposals.push(side.close, () => sagas.stop(AbortSignal.timeout(10_000)))
  return { ...side, sagas }
}

describe('sagas', { timeout: 60_000 }, () => {
  it('do not start where events and reports have unequal numbers of partitions, and say which has how many', async () => {
    const { bus, sagas } = open()
    await bus.ensureTopics([{ name: eventsTopic, partitions: 8, retentionMs: 3_600_000 }])
    const error = await sagas.start().catch((thrown) => thrown)
    expect(error).toBeInstanceOf(UnequalTopics)
    expect(error.message).toContain('coffer.events has 8, coffer.agent.results has 4')
  })

  it('go on with the reports where those of a version with a group for them had got to', async () => {
    const { bus, sagas, handler } = open()
    await bus.ensureTopics(controlPlaneTopics)
    const report = async (description = hostDescription()) => {
      const { sign, signingKey, join } = createScriptedChannel(description.hostId, joinByMasterKey(testMasterKey))
      const registered: AgentReport = {
        type: 'registered',
        reportId: randomUUID(),
        at: new Date().toISOString(),
        host: description,
        signingKey,
        join,
      }
      // Of one key, as one that comes after another is taken in after it.
      await bus.publish([sign({ topic: agentResultsTopic, key: 'hosts', value: JSON.stringify(registered) })])
      return description.hostId
    }
    const statusOf = async (hostId: Awaited<ReturnType<typeof report>>) =>
      (await handler.load(host, hostStream(hostId))).state.status

    let taken = 0
    const former = bus.consume({
      group: 'coffer.sagas.results',
      topics: [agentResultsTopic],
      start: 'earliest',
      handle: async () => {
        taken += 1
      },
    })
    const [before, after] = [await report(), hostDescription()]
    await vi.waitFor(() => expect(taken).toBe(1), bounded)
    await former.stop()
    await report(after)
    await sagas.start()
    await vi.waitFor(async () => expect(await statusOf(after.hostId)).toBe('UP'), bounded)
    expect(await statusOf(before)).toBe('UNREGISTERED')
  })
})
