import { createRequire } from 'node:module'

type RequestQueue = {
  readonly pending: readonly unknown[]
  /** Milliseconds since 1970; -1 when the broker never asked for less. */
  readonly throttledUntil: number
  scheduleCheckPendingRequests(): void
  readonly inflight: ReadonlyMap<number, InFlight>
  readonly enforceRequestTimeout: boolean
  readonly isConnected: () => boolean
  requestTimeoutIntervalId: NodeJS.Timeout | undefined
  scheduleRequestTimeoutCheck(): void
  destroy(): void
}

type InFlight = { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }

const timeoutCheckMs = 1_000

/** Not part of the client's interface, nor of its types. */
const path = 'kafkajs/src/network/requestQueue/index.js'

/**
 * kafkajs 2.2.4 looks after the waiting requests of a connection by a timer, and arms it again also when nothing waits: with a negative
 * delay, which Node takes for 1 ms, so every idle connection costs about 6 % of a core (tulios/kafkajs#1751). From now on it is armed
 * when there is something to wait for. And each connection looks ten times a second for requests that took too long, which once a second is
 * soon enough for. May be called as often as wanted.
 */
export const quietIdleConnections = (): void => {
  const { prototype }: { prototype: RequestQueue } = createRequire(import.meta.url)(path)
  const schedule = prototype.scheduleCheckPendingRequests
  if (schedule.name === 'scheduleWhenNeeded') return
  prototype.scheduleCheckPendingRequests = function scheduleWhenNeeded(this: RequestQueue): void {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this)
  }
  prototype.scheduleRequestTimeoutCheck = function checkOnceASecond(this: RequestQueue): void {
    if (!this.enforceRequestTimeout) return
    this.destroy()
    this.requestTimeoutIntervalId = setInterval(() => {
      for (const request of [...this.inflight.values()]) {
        if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest()
      }
      if (!this.isConnected()) this.destroy()
    }, timeoutCheckMs)
  }
}
