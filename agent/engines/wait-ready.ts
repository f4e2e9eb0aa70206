import type { Kernel } from '../../kernel/kernel.ts'
import { answers } from './answers.ts'
import { EngineFault, type EngineInstance, type LogFinding, tellFindings } from './engine.ts'

const pollMs = 10
/** For how long no process may be seen before it counts as dead: covers the moments in which a launcher becomes the engine. */
const missingMs = 250

export type Starting = {
  /** Whether the engine has said of itself that it serves: a login before that would leave a failure in its log. */
  readonly isThere: (instance: EngineInstance) => Promise<boolean>
  /** Whether any process was started as the engine of this instance, be it too young to have said so. */
  readonly isAnyThere: (instance: EngineInstance) => Promise<boolean>
  readonly checkHealth: (instance: EngineInstance, signal: AbortSignal) => Promise<unknown>
  /** What its log tells of the start that failed, which began then: milliseconds since 1970. */
  readonly findings: (instance: EngineInstance, startedAtMs: number) => Promise<readonly LogFinding[]>
}

/**
 * Resolves when the engine, started just before, answers over its socket. Throws `EngineFault` `PORT_IN_USE`, `DISK_FULL` or
 * `ENGINE_START_FAILED`, with what its log tells, as soon as its process is gone, and the signal's reason when that comes first.
 */
export const createWaitReady =
  (
    title: string,
    { clock, timers }: Pick<Kernel, 'clock' | 'timers'>,
    { isThere, isAnyThere, checkHealth, findings }: Starting,
  ) =>
  async (instance: EngineInstance, signal: AbortSignal): Promise<void> => {
    const startedAtMs = clock.now()
    let lastSeenAtMs = clock.elapsedMs()
    for (;;) {
      signal.throwIfAborted()
      const isUp = await isThere(instance)
      if (isUp && (await answers(() => checkHealth(instance, signal)))) return
      if (isUp || (await isAnyThere(instance))) lastSeenAtMs = clock.elapsedMs()
      else if (clock.elapsedMs() - lastSeenAtMs > missingMs)
        throw startFault(title, instance, await findings(instance, startedAtMs))
      await timers.sleep(pollMs, { signal }).catch(() => signal.throwIfAborted())
    }
  }

const startFault = (title: string, { listen }: EngineInstance, findings: readonly LogFinding[]): EngineFault => {
  const options = { detail: tellFindings(findings) }
  const tells = (kind: LogFinding['kind']): boolean => findings.some((finding) => finding.kind === kind)
  if (tells('port-taken')) {
    const message = `Port ${listen.port} of ${listen.address} is taken by another process`
    return new EngineFault('PORT_IN_USE', message, { ...options, retryable: true })
  }
  if (tells('disk-full')) {
    const message = `${title} did not start: no space is left on its volume`
    return new EngineFault('DISK_FULL', message, { ...options, retryable: true })
  }
  return new EngineFault('ENGINE_START_FAILED', `${title} did not start`, options)
}
