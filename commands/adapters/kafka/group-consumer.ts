import { setTimeout as delay } from 'node:timers/promises'
import { backOffMs } from '../../../kernel/back-off.ts'
import type { ConsumeOptions, Consumer } from '../../ports/message-bus.ts'
import { isWorthRetrying } from './errors.ts'
import type { GroupMembers } from './group-members.ts'
import { type GroupSession, type GroupSessionDeps, type GroupTiming, startGroupSession } from './group-session.ts'
import type { Peers } from './peers.ts'
import type { Topics } from './topics.ts'

export type GroupConsumerDeps = GroupSessionDeps & {
  readonly topics: Topics
  readonly members: Pick<GroupMembers, 'dismiss'>
  readonly peers: Pick<Peers, 'watch'>
  /** The consumer has stopped for good, with the process alive: whoever runs it must end it, or say that it is not ready. */
  readonly onFatal: (group: string, error: Error) => void
}

export type GroupConsumerOptions = GroupTiming & {
  /** How long `stop` waits for messages in hand when it is given no signal. */
  readonly stopTimeoutMs: number
}

/** A member of the group for as long as it is not stopped: one session after the other, with a back-off between them. */
export const startGroupConsumer = (
  deps: GroupConsumerDeps,
  options: ConsumeOptions,
  timing: GroupConsumerOptions,
): Consumer => {
  const { topics, members, peers, onProblem, onFatal } = deps
  const { group, membership } = options
  const ready = Promise.withResolvers<void>()
  // Who does not wait for it must not be stopped by it.
  ready.promise.catch(() => undefined)
  const stopping = new AbortController()
  let bound: AbortSignal | undefined
  let stopped: Promise<void> | undefined
  let current: GroupSession | null = null
  let left: Promise<unknown> = Promise.resolve()

  /** Null when the consumer is stopped first: no answer of Kafka is waited for then. */
  const unlessStopped = async <T>(work: Promise<T>): Promise<T | null> => {
    const stop = Promise.withResolvers<null>()
    const giveUp = () => stop.resolve(null)
    stopping.signal.addEventListener('abort', giveUp)
    if (stopping.signal.aborted) giveUp()
    try {
      return await Promise.race([work, stop.promise])
    } finally {
      stopping.signal.removeEventListener('abort', giveUp)
    }
  }

  const topicsAreThere = async (): Promise<void> => {
    await topics.assertExist(options.topics)
    await topics.assertEquallyMany(options.topics)
  }

  const prepare = async (): Promise<void> => {
    await topicsAreThere()
    // Also what is left of this consumer's own last session.
    if (membership === 'single') await members.dismiss(group, () => true)
  }

  /** Resolves with what ended a session by itself, or null when the consumer is stopped. */
  const runSession = async (onJoined: () => void): Promise<Error | null> => {
    try {
      await unlessStopped(prepare())
    } catch (error) {
      return error as Error
    }
    if (stopping.signal.aborted) return null
    const session = startGroupSession(deps, options, timing)
    current = session
    void session.joined.then(onJoined)
    const end = await unlessStopped(session.ended)
    current = null
    // The next one does not wait for this: it has given up its partitions, and a network that is away does not let it leave.
    left = Promise.all([left, session.stop(bound ?? AbortSignal.timeout(timing.stopTimeoutMs))])
    return end
  }

  const run = async (): Promise<void> => {
    let failures = 0
    while (!stopping.signal.aborted) {
      const error = await runSession(() => {
        failures = 0
        ready.resolve()
      })
      if (error === null || stopping.signal.aborted) break
      if (!isWorthRetrying(error)) {
        ready.reject(error)
        onFatal(group, error)
        return
      }
      onProblem(`the consumer of group ${group} failed and starts again`, error)
      failures += 1
      const waitMs = backOffMs(failures, { firstMs: timing.retryBaseMs, maxMs: timing.rejoinMaxMs })
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
    ready.reject(new Error(`the consumer of group ${group} was stopped before it had joined`))
  }

  const watchNoMore = membership === 'watched' ? peers.watch(group) : () => undefined
  const running = run()
    .finally(watchNoMore)
    .then(async () => void (await left))
  return {
    ready: ready.promise,
    holds: () => current?.holds() ?? false,
    stop: (signal) => {
      bound ??= signal ?? AbortSignal.timeout(timing.stopTimeoutMs)
      stopping.abort()
      stopped ??= running
      return stopped
    },
  }
}
