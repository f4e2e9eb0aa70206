import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCommandWorker } from '../../../agent/command-worker.ts'
import { openAgentDatabase } from '../../../agent/journal/database.ts'
import { createJournal } from '../../../agent/journal/journal.ts'
import { createReporter } from '../../../agent/reporter.ts'
import type { MessageBus, OutgoingMessage } from '../../../commands/ports/message-bus.ts'
import { guestCommandSchema } from '../../../domain/guest/command.ts'
import { hostIdSchema } from '../../../domain/ids.ts'
import { loadConfig } from '../../../ops/config.ts'
import { createTracing } from '../../../ops/tracing/tracing.ts'
import { type Collector, startCollector } from '../../support/otlp/collector.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { createTempDir } from '../../support/temp-dir.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const directory = createTempDir('agent-traces')
const { clock, ids, timers } = quietKernel
const hostId = hostIdSchema.parse(ids.next())
const traceId = '0af7651916cd43dd8448eb211c80319c'
const never = new AbortController().signal
let collector: Collector
beforeAll(async () => {
  collector = await startCollector()
})
afterAll(() => collector.close())

const command = guestCommandSchema.parse({
  commandId: ids.next(),
  operationId: ids.next(),
  instanceId: ids.next(),
  nodeId: ids.next(),
  nodeGeneration: 1,
  hostId,
  epoch: 1,
  deadline: new Date(clock.now() + 600_000).toISOString(),
  payload: { kind: 'engine-stopped' },
  traceparent: `00-${traceId}-b7ad6b7169203331-01`,
})

const unsigned = { sign: (message: OutgoingMessage) => message }

/** What an agent works with, from one start to the next: nothing is kept between two but the journal. */
const startAgent = async (makeTrue: (signal: AbortSignal) => Promise<undefined>) => {
  const { log } = createRecordingLog()
  const tracing = createTracing(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }).config, {
    ...quietKernel,
    log,
  })
  await tracing.start()
  const { tracer } = tracing
  const database = openAgentDatabase(join(directory.path, 'agent.db'))
  const journal = createJournal(database)
  const published: OutgoingMessage[] = []
  const bus = { publish: async (messages: readonly OutgoingMessage[]) => void published.push(...messages) }
  const reporter = createReporter({
    bus: bus as unknown as MessageBus,
    channel: unsigned,
    journal,
    timers,
    log,
    tracer,
  })
  const worker = createCommandWorker({
    hostId,
    journal,
    reporter,
    clock,
    timers,
    ids,
    log,
    tracer,
    maxConcurrent: 1,
    makeTrue: (_command, { signal }) => makeTrue(signal),
  })
  return {
    journal,
    worker,
    published,
    stop: async () => {
      await worker.stop()
      await reporter.stop(never)
      await tracing.stop(never)
      database.close()
    },
  }
}

it('the result of a command belongs to its trace when the agent was stopped and started in the middle of it', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const first = await startAgent(
    (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        begin()
      }),
  )
  first.journal.accept(command, new Date().toISOString(), () => {
    throw new Error('the command is not stale')
  })
  first.worker.take({ ...command, attempt: 1 })
  await begun
  await first.stop()
  expect(first.published).toEqual([])

  const second = await startAgent(async () => undefined)
  for (const pending of second.journal.resume(() => {
    throw new Error('a command is not understood')
  }))
    second.worker.take(pending)
  const [message] = await waitFor('the result', () => second.published.length > 0 && second.published)
  await second.stop()

  const works = collector.spans().filter(({ name }) => name === 'agent engine-stopped')
  expect(works.map(({ attributes }) => attributes['coffer.command.attempt'])).toEqual([1, 2])
  expect(works.map(({ status }) => status)).toEqual([2, 0])
  expect(works.map((span) => [span.traceId, span.parentSpanId])).toEqual([
    [traceId, 'b7ad6b7169203331'],
    [traceId, 'b7ad6b7169203331'],
  ])
  const [sending] = collector.spans().filter(({ name }) => name === 'publish report')
  expect(sending).toMatchObject({ traceId, parentSpanId: works[1]?.spanId })
  expect(message?.headers).toEqual({ traceparent: `00-${traceId}-${sending?.spanId}-01` })
  expect(JSON.parse(message?.value ?? '')).toMatchObject({
    type: 'succeeded',
    traceparent: `00-${traceId}-${works[1]?.spanId}-01`,
  })
})
