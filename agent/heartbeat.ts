import type { MessageBus } from '../commands/ports/message-bus.ts'
import type { Heartbeat } from '../domain/guest/report.ts'
import { agentHeartbeatsTopic } from '../domain/guest/topics.ts'
import type { HostId } from '../domain/ids.ts'
import { isoNow, type WallClock } from '../kernel/clock.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { endedWithin } from '../kernel/within.ts'
import type { Channel } from './channel.ts'

export type Heartbeats = {
  /** Why the last beat could not be published; null when it was. */
  failure(): string | null
  /** Waits for a beat that is on its way as long as the signal allows. */
  stop(signal: AbortSignal): Promise<void>
}

export type HeartbeatSources = {
  readonly holds: () => Promise<Heartbeat['holds']>
  /** Called when a beat gets through after one that did not. */
  readonly onReturn: () => void
}

/** Says at every interval that the agent lives, and what the host holds, until stopped. A beat that cannot be published is lost; the next one says the same. */
export const startHeartbeat = (
  deps: Pick<Kernel, 'timers' | 'log'> & { bus: MessageBus; channel: Pick<Channel, 'sign'>; clock: WallClock },
  hostId: HostId,
  intervalMs: number,
  { holds, onReturn }: HeartbeatSources,
): Heartbeats => {
  let beating: Promise<void> | null = null
  let failure: string | null = null
  const publish = async (): Promise<void> => {
    try {
      const value: Heartbeat = { hostId, at: isoNow(deps.clock), holds: await holds() }
      const message = { topic: agentHeartbeatsTopic, key: hostId, value: JSON.stringify(value) }
      await deps.bus.publish([deps.channel.sign(message)])
      const wasAway = failure !== null
      failure = null
      if (wasAway) onReturn()
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
      deps.log.warn({ err: error }, 'a heartbeat could not be published')
    }
  }
  const beat = (): void => {
    // A slow bus gets one beat at a time.
    beating ??= publish().finally(() => {
      beating = null
    })
  }
  beat()
  const timer = deps.timers.every(intervalMs, beat)
  return {
    failure: () => failure,
    stop: async (signal) => {
      timer.cancel()
      if (beating) await endedWithin(beating, signal)
    },
  }
}
