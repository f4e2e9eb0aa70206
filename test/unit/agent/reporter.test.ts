import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openAgentDatabase } from '../../../agent/journal/database.ts'
import { createJournal } from '../../../agent/journal/journal.ts'
import { createReporter } from '../../../agent/reporter.ts'
import type { MessageBus, OutgoingMessage } from '../../../commands/ports/message-bus.ts'
import { agentReportSchema } from '../../../domain/guest/report.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'

const temp = createTempDir('agent-reporter')

const health = () =>
  agentReportSchema.parse({
    type: 'health',
    reportId: randomUUID(),
    at: '2026-01-01T00:00:00.000Z',
    hostId: randomUUID(),
    instanceId: randomUUID(),
    nodeId: randomUUID(),
    health: 'HEALTHY',
    reason: 'it answers',
  })

/** A bus that is told of, and may say when each batch has been taken. */
const createBus = (onPublished: () => void) => {
  const published: string[] = []
  const bus = {
    publish: async (messages: readonly { readonly value: string }[]) => {
      published.push(...messages.map(({ value }) => JSON.parse(value).reportId))
      queueMicrotask(onPublished)
    },
  } as unknown as MessageBus
  return { bus, published }
}

const unsigned = { sign: (message: OutgoingMessage) => message }

describe('the reporter', () => {
  it.each(Array.from({ length: 25 }, (_, turns) => turns))(
    'publishes what is written %d turns after the bus took the last report, without another wake',
    async (turns) => {
      const database = openAgentDatabase(temp.next())
      const journal = createJournal(database)
      const late = health()
      let once = true
      const { bus, published } = createBus(async () => {
        if (!once) return
        once = false
        for (let turn = 0; turn < turns; turn += 1) await null
        journal.report('late', late)
        reporter.wake()
      })
      const reporter = createReporter({ ...quietKernel, bus, channel: unsigned, journal })
      journal.report('first', health())
      reporter.wake()
      // All of it is microtasks: it is over before the next turn of the event loop.
      await new Promise(setImmediate)
      expect(published).toContain(late.reportId)
      await reporter.stop(AbortSignal.timeout(1000))
      database.close()
    },
  )
})
