import type { HostState } from '../../domain/host/index.ts'
import type { HostId } from '../../domain/ids.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { MessageBus } from '../ports/message-bus.ts'

/** Which heartbeats were heard: somebody may keep them, and publish them when their host is dead. */
export type HeartbeatOrder = {
  /** Of the last that was heard of the host in this process. */
  readonly last: (hostId: HostId) => number | undefined
  /** Throws `MessageBusUnavailable`. */
  readonly isNew: (hostId: HostId, sequence: number, known: HostState) => Promise<boolean>
  readonly heard: (hostId: HostId, sequence: number) => void
}

export type HeartbeatOrderDependencies = {
  readonly bus: Pick<MessageBus, 'now'>
  readonly clock: Pick<Clock, 'elapsedMs'>
  /** How much older than now, as the bus has it, the first of a host may be. */
  readonly oldestMs: number
}

/**
 * Sequences follow the time of the bus where it has one, so a process that has just started takes no old heartbeat for the first of its host. Where the bus has no clock of its own, it is the
 * file that the log is in, and who can publish there can write the log. What a host was heard to say before it was lost, or returned, the log knows.
 */
export const createHeartbeatOrder = ({ bus, clock, oldestMs }: HeartbeatOrderDependencies): HeartbeatOrder => {
  const sequences = new Map<HostId, number>()
  let busClock: Promise<(() => number) | null> | null = null

  const askBus = async (): Promise<(() => number) | null> => {
    try {
      const now = await bus.now()
      const zero = (now ?? 0) - clock.elapsedMs()
      return now === null ? null : () => zero + clock.elapsedMs()
    } catch (error) {
      busClock = null
      throw error
    }
  }

  const oldest = async (): Promise<number> => {
    busClock ??= askBus()
    const now = await busClock
    return now === null ? 0 : now() - oldestMs
  }

  return {
    last: (hostId) => sequences.get(hostId),
    isNew: async (hostId, sequence, known) => {
      const last = sequences.get(hostId)
      if (last !== undefined) return sequence > last
      const heard = known.status === 'UNREGISTERED' ? 0 : known.channel.heard
      return sequence > heard && sequence > (await oldest())
    },
    heard: (hostId, sequence) => {
      sequences.set(hostId, Math.max(sequence, sequences.get(hostId) ?? 0))
    },
  }
}
