import type { Socket } from 'node:net'
import type { ProjectId } from '../../domain/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Timer } from '../../kernel/timers.ts'
import type { ApiLimits } from '../limits.ts'

/** The connection of one subscriber, as far as it tells what waits in it: a TCP or TLS socket. */
export type Outlet = {
  /** All that was ever written to it. */
  readonly bytesWritten: number
  /** What of that the peer has not taken yet. */
  readonly writableLength: number
}

/**
 * Ends a connection together with what the system keeps for its peer to take: several MiB, which after an ordinary end it would keep for minutes for a
 * peer that takes nothing.
 */
export const reset = (socket: Socket): void => {
  socket.resetAndDestroy()
}

export type Outlets = {
  /** Watches a connection until the returned function is called. `cut` ends it at once, as `reset` does. */
  readonly watch: (outlet: Outlet, projectId: ProjectId | null, cut: () => void) => () => void
  /** Bytes that wait in all connections. */
  readonly waitingBytes: () => number
}

export type OutletLimits = Pick<ApiLimits, 'pingMs' | 'subscriberBufferBytes' | 'projectBufferBytes' | 'bufferBytes'>

export type OutletsOptions = {
  readonly limits: OutletLimits
  readonly kernel: Pick<Kernel, 'clock' | 'timers'>
  /** Told of every connection that was cut. */
  readonly onCut: (cut: {
    readonly reason: string
    readonly waitingBytes: number
    readonly projectId: ProjectId | null
  }) => void
}

type Watched = {
  readonly outlet: Outlet
  readonly projectId: ProjectId | null
  readonly cut: () => void
  takenBytes: number
  tookAtMs: number
}

const lookEveryMs = 1000

/**
 * Bounds what is kept for subscribers, the same for SSE and WebSocket. A connection is cut when it takes nothing for the time of two
 * pings while something waits for it, and when too many bytes wait: in it, or in all of its project or of the process, where the one
 * with most is cut first.
 */
export const createOutlets = ({ limits, kernel: { clock, timers }, onCut }: OutletsOptions): Outlets => {
  const watched = new Set<Watched>()
  let looking: Timer | null = null

  const cut = (each: Watched, reason: string): void => {
    const { outlet, projectId } = each
    release(each)
    onCut({ reason, waitingBytes: outlet.writableLength, projectId })
    each.cut()
  }

  const release = (each: Watched): void => {
    watched.delete(each)
    if (watched.size > 0 || looking === null) return
    looking.cancel()
    looking = null
  }

  const cutStuck = (): void => {
    const now = clock.elapsedMs()
    for (const each of [...watched]) {
      const { writableLength: waiting, bytesWritten } = each.outlet
      const taken = bytesWritten - waiting
      if (waiting === 0 || taken !== each.takenBytes) {
        each.takenBytes = taken
        each.tookAtMs = now
      } else if (now - each.tookAtMs >= 2 * limits.pingMs) {
        cut(each, `it took nothing for ${(2 * limits.pingMs) / 1000} s`)
        continue
      }
      if (waiting > limits.subscriberBufferBytes) cut(each, 'too much waits for it')
    }
  }

  const cutLargest = (among: readonly Watched[], mostBytes: number, reason: string): void => {
    let waiting = sumOf(among)
    if (waiting <= mostBytes) return
    for (const each of among.toSorted((a, b) => b.outlet.writableLength - a.outlet.writableLength)) {
      if (waiting <= mostBytes) return
      waiting -= each.outlet.writableLength
      cut(each, reason)
    }
  }

  const look = (): void => {
    cutStuck()
    if (sumOf(watched) <= Math.min(limits.projectBufferBytes, limits.bufferBytes)) return
    for (const ofProject of Map.groupBy(watched, ({ projectId }) => projectId).values())
      cutLargest(ofProject, limits.projectBufferBytes, 'too much waits for its project')
    cutLargest([...watched], limits.bufferBytes, 'too much waits for all subscribers')
  }

  return {
    watch: (outlet, projectId, cutOutlet) => {
      const takenBytes = outlet.bytesWritten - outlet.writableLength
      const each: Watched = { outlet, projectId, cut: cutOutlet, takenBytes, tookAtMs: clock.elapsedMs() }
      watched.add(each)
      looking ??= timers.every(Math.min(lookEveryMs, limits.pingMs), look, { ref: false })
      return () => release(each)
    },
    waitingBytes: () => sumOf(watched),
  }
}

const sumOf = (watched: Iterable<Watched>): number => {
  let bytes = 0
  for (const { outlet } of watched) bytes += outlet.writableLength
  return bytes
}
