import type { IncomingMessage, ServerResponse } from 'node:http'
import { BackupStoreError } from '../commands/ports/backup-store.ts'
import { EventStoreUnavailable } from '../commands/ports/event-store.ts'
import type { Authenticate } from '../graphql/pipeline/authentication.ts'
import { streamHeaders } from '../graphql/server/stream-headers.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Timer, Timers } from '../kernel/timers.ts'
import { ViewStoreUnavailable } from '../projections/ports/view-store.ts'
import type { OnProgress, ViewProgress } from '../projections/progress.ts'
import { RebuildGaveUp } from '../projections/rebuild.ts'
import { ViewMovedBack } from '../projections/replay-lanes.ts'
import { type Route, sendJson } from './http.ts'

export type AdminRouteDeps = {
  readonly kernel: Pick<Kernel, 'clock' | 'timers'>
  readonly authenticate: Authenticate
  /** Aborts when the server stops: long work ends then, and leaves the time to what is stopped after it. */
  readonly stopping: AbortSignal
  /** How long work may make no progress before it is given up. Default 10 minutes. */
  readonly stallMs?: number
}

export type AdminWork = (signal: AbortSignal, onProgress: OnProgress) => Promise<object>

const defaultStallMs = 600_000
/** Between two remarks about progress. */
const progressEveryMs = 500

/**
 * A POST for administrators alone. Its work ends when the caller goes, when the server stops, and when it makes no progress. To a caller
 * who accepts `text/event-stream` it tells `progress` while it works, and then `done` or `error`; to others only the outcome, as JSON.
 */
export const adminRoute = (
  { kernel, authenticate, stopping, stallMs = defaultStallMs }: AdminRouteDeps,
  name: string,
  work: AdminWork,
): Route => ({
  name,
  methods: ['POST'],
  handle: async (request, response) => {
    const session = await authenticate(request.headers.authorization)
    if (!session) return sendJson(response, 401, refusal('UNAUTHENTICATED', 'a valid token is needed'))
    if (!session.isAdmin) return sendJson(response, 403, refusal('FORBIDDEN', 'this is for admins only'))
    const answer = request.headers.accept?.includes('text/event-stream')
      ? answerInStream(response, kernel.clock)
      : answerAtEnd(response)
    const stall = createStall(stallMs, kernel.timers)
    const signal = AbortSignal.any([goneSignal(request), stopping, stall.signal])
    const onProgress: OnProgress = (progress) => {
      stall.progressed()
      answer.progress(progress)
    }
    try {
      answer.done(await work(signal, onProgress))
    } catch (error) {
      const told = signal.aborted ? brokenOff(stopping, stallMs) : foreseen(error)
      if (told) return answer.failed(told)
      await answer.crashed()
      throw error
    } finally {
      stall.end()
    }
  },
})

type Refusal = { readonly error: { readonly code: string; readonly message: string } }

type Answer = {
  readonly progress: OnProgress
  readonly done: (outcome: object) => void
  readonly failed: (refusal: Refusal) => void
  /** Resolves when no more can be sent: the server answers a bug by itself, and cuts what has begun. */
  readonly crashed: () => Promise<void>
}

const refusal = (code: string, message: string): Refusal => ({ error: { code, message } })

const answerAtEnd = (response: ServerResponse): Answer => ({
  progress: () => {},
  done: (outcome) => sendJson(response, 200, outcome),
  failed: (told) => sendJson(response, 503, told),
  crashed: async () => {},
})

const answerInStream = (response: ServerResponse, clock: Pick<Clock, 'elapsedMs'>): Answer => {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    ...streamHeaders,
  })
  const send = (event: string, data: object): void => {
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  let toldAt = Number.NEGATIVE_INFINITY
  const isDue = ({ part }: ViewProgress) => part === 1 || clock.elapsedMs() - toldAt >= progressEveryMs
  return {
    progress: (progress) => {
      if (!isDue(progress)) return
      toldAt = clock.elapsedMs()
      send('progress', progress)
    },
    done: (outcome) => {
      send('done', outcome)
      response.end()
    },
    failed: (told) => {
      send('error', told.error)
      response.end()
    },
    crashed: () => {
      send('error', { code: 'INTERNAL_ERROR', message: 'something went wrong; the log of the server tells what' })
      return new Promise((resolve) => response.end(resolve))
    },
  }
}

const brokenOff = (stopping: AbortSignal, stallMs: number): Refusal =>
  refusal(
    'UNAVAILABLE',
    `broken off: ${stopping.aborted ? 'the server is stopping' : `no progress for ${stallMs / 1000} s`}`,
  )

const outages = [EventStoreUnavailable, ViewStoreUnavailable, BackupStoreError]
const ownWords = [RebuildGaveUp, ViewMovedBack]

/** Null for an error that is a bug. */
const foreseen = (error: unknown): Refusal | null => {
  const { message, code } = error as Error & { code: string }
  if (outages.some((outage) => error instanceof outage)) return refusal('UNAVAILABLE', message)
  return ownWords.some((own) => error instanceof own) ? refusal(code, message) : null
}

const createStall = (stallMs: number, timers: Pick<Timers, 'after'>) => {
  const stalled = new AbortController()
  const begin = (): Timer => timers.after(stallMs, () => stalled.abort(), { ref: false })
  let timer = begin()
  const progressed = (): void => {
    timer.cancel()
    timer = begin()
  }
  return { signal: stalled.signal, progressed, end: () => timer.cancel() }
}

const goneSignal = (request: IncomingMessage): AbortSignal => {
  const gone = new AbortController()
  request.socket.once('close', () => gone.abort())
  return gone.signal
}
