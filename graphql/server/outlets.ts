import type { Socket } from 'node:net'
import type { ProjectId } from '../../domain/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Timer } from '../../kernel/timers.ts'
import type { TellHeld } from '../../projections/watch.ts'
import type { ApiLimits } from '../limits.ts'

/** The connection of one subscriber, as far as it tells what waits in it: a TCP or TLS socket. */
export type Outlet = {
  /** All that was ever written to it. */
  readonly bytesWritten: number
  /** What of that the peer has not taken yet. */
  readonly writableLength: number
}

/** What was read for one subscription and is not sent yet. `release`: it has ended. */
export type ReadAhead = { readonly tellHeld: TellHeld; readonly release: () => void }

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
  /**
   * Counts what is read ahead for a subscription with what waits in connections. `cut` ends the subscription. It is not looked at whether
   * anything is taken of it: its connection tells that.
   */
  readonly readAhead: (projectId: ProjectId | null, cut: () => void) => ReadAhead
  /** Bytes that wait in all connections, and before them. */
  readonly waitingBytes: () => number
}

export type OutletLimits = Pick<ApiLimits, 'pingMs' | 'subscriberBufferBytes' | 'projectBufferBytes' | 'bufferBytes'>

export type OutletsOptions = {
  readonly limits: OutletLimits
  readonly kernel: Pick<Kernel, 'clock' | 'timers'>
  /** Told of every connection and subscription that was cut. */
  readonly onCut: (cut: {
    readonly reason: string
    readonly waitingBytes: number
    readonly projectId: ProjectId | null
  }) => void
}

type Watched = {
  readonly outlet: Outlet
  /** Whether it has to take what waits. */
  readonly isConnection: boolean
  readonly projectId: ProjectId | null
  readonly cut: () => void
  takenBytes: number
  tookAtMs: number
}

const lookEveryMs = 1000

/**
 * Bounds what is kept for subscribers, the same for SSE and WebSocket. A connection is cut when it takes nothing for the time of two
 * pings while something waits for it, and when too many bytes wait: in it, or in all of its project or of the process, where the one
 * with most is cut first. What is read ahead for a subscription counts as well, and is cut in the same order.
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
      if (!each.isConnection || waiting === 0 || taken !== each.takenBytes) {
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

  const watch = (outlet: Outlet, projectId: ProjectId | null, cutOutlet: () => void, isConnection: boolean) => {
    const takenBytes = outlet.bytesWritten - outlet.writableLength
    const each: Watched = { outlet, projectId, isConnection, cut: cutOutlet, takenBytes, tookAtMs: clock.elapsedMs() }
    watched.add(each)
    looking ??= timers.every(Math.min(lookEveryMs, limits.pingMs), look, { ref: false })
    return () => release(each)
  }

  return {
    watch: (outlet, projectId, cutOutlet) => watch(outlet, projectId, cutOutlet, true),
    readAhead: (projectId, cutSubscription) => {
      const held = { bytesWritten: 0, writableLength: 0 }
      const tellHeld = (bytes: number): void => {
        held.writableLength = bytes
      }
      return { tellHeld, release: watch(held, projectId, cutSubscription, false) }
    },
    waitingBytes: () => sumOf(watched),
  }
}

const sumOf = (watched: Iterable<Watched>): number => {
  let bytes = 0
  for (const { outlet } of watched) bytes += outlet.writableLength
  return bytes
}
