import type { MessageBus } from '../commands/ports/message-bus.ts'
import { agentResultsTopic } from '../domain/guest/topics.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { noTracer, type Tracer } from '../kernel/tracer.ts'
import { endedWithin } from '../kernel/within.ts'
import type { Channel } from './channel.ts'
import type { Journal } from './journal/journal.ts'

/** A report as it goes to the bus, under the key of its operation or host. `traceparent`: the trace it belongs to. */
type Unpublished = { readonly key: string; readonly body: string; readonly traceparent: string | undefined }

/** Publishes what the journal holds. */
export type Reporter = {
  /** There may be something new to publish. */
  wake(): void
  /** Says how far a step is. Not journaled: the next one, or the result, makes up for one that is lost. */
  progress(report: Unpublished): void
  /** Publishes what is left, as far as the signal allows, and ends. */
  stop(signal: AbortSignal): Promise<void>
}

const batchSize = 100
/** More than this can wait only while the bus is away; the oldest are dropped then. */
const maxWaitingProgress = 1000
const firstRetryMs = 100
const longestRetryMs = 5000

export type ReporterDeps = Pick<Kernel, 'timers' | 'log'> & {
  readonly bus: MessageBus
  readonly channel: Pick<Channel, 'sign'>
  readonly journal: Journal
  /** Default: what is published is not traced; the trace of a report goes with it all the same. */
  readonly tracer?: Tracer
}

export const createReporter = ({ bus, channel, journal, timers, log, tracer = noTracer }: ReporterDeps): Reporter => {
  const stopping = new AbortController()
  let waitingProgress: Unpublished[] = []
  let publishing: Promise<void> = Promise.resolve()
  let active = false
  let again = false

  const publish = async (reports: readonly Unpublished[]): Promise<void> => {
    const attributes = { 'messaging.destination.name': agentResultsTopic }
    const spans = reports.map(({ traceparent: parent }) =>
      tracer.start('publish report', { parent, kind: 'producer', attributes }),
    )
    const messages = reports.map(({ key, body }, index) => {
      const traceparent = spans[index]?.traceparent
      // As late as that: a report that waits is signed in its turn, as its sequence tells the order.
      return channel.sign({
        topic: agentResultsTopic,
        key,
        value: body,
        ...(traceparent && { headers: { traceparent } }),
      })
    })
    try {
      await bus.publish(messages)
      for (const span of spans) span.end()
    } catch (error) {
      for (const span of spans) span.end(error)
      throw error
    }
  }

  const publishAll = async (): Promise<void> => {
    for (;;) {
      const progress = waitingProgress
      const reports = journal.unpublished(batchSize)
      if (progress.length === 0 && reports.length === 0) return
      waitingProgress = []
      await publish([...progress, ...reports])
      journal.markPublished(reports)
    }
  }

  const run = async (): Promise<void> => {
    let retryMs = firstRetryMs
    for (;;) {
      again = false
      try {
        await publishAll()
        retryMs = firstRetryMs
        if (!again) break
      } catch (error) {
        if (stopping.signal.aborted) break
        log.warn({ err: error, retryMs }, 'reports cannot be published for now')
        await timers.sleep(retryMs, { signal: stopping.signal, ref: false }).catch(() => {})
        retryMs = Math.min(retryMs * 2, longestRetryMs)
      }
    }
    // In the same turn as the last look: who wakes it from now on starts it anew, and is not overheard.
    active = false
  }

  const wake = (): void => {
    again = true
    if (active) return
    active = true
    publishing = run()
  }

  return {
    wake,
    progress: (report) => {
      waitingProgress = [...waitingProgress.slice(-maxWaitingProgress), report]
      wake()
    },
    stop: async (signal) => {
      wake()
      const stop = (): void => stopping.abort()
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
      // What the bus takes its time over is still in the journal, and is published again at the next start.
      await endedWithin(publishing, signal)
      signal.removeEventListener('abort', stop)
    },
  }
}
