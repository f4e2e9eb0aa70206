import type { Kernel } from '../../../../kernel/kernel.ts'
import { readTail } from '../../../files.ts'
import { answers } from '../../answers.ts'
import { assertNotCutOff } from '../../cut-off.ts'
import { EngineFault, type EngineInstance, type LogFinding, tellFindings } from '../../engine.ts'
import { withAdministration } from '../session.ts'
import { checkEndpoint } from './endpoint.ts'
import { explainRedisLog } from './engine-log.ts'
import { findServer, isAnyServerOn } from './server-process.ts'

const pollMs = 10
/** For how long no process may be seen before it counts as dead: covers the moments in which a launcher becomes the engine. */
const missingMs = 250
const logTailBytes = 64 * 1024

/**
 * Resolves when the engine, started just before, has loaded its data and answers over its socket. Throws `EngineFault` `PORT_IN_USE`, `DISK_FULL`
 * or `ENGINE_START_FAILED`, with what its log tells, as soon as its process is gone, and the signal's reason when that comes first.
 */
export const createWaitReady =
  ({ clock, timers }: Pick<Kernel, 'clock' | 'timers'>) =>
  async (instance: EngineInstance, signal: AbortSignal): Promise<void> => {
    let lastSeenAtMs = clock.elapsedMs()
    for (;;) {
      signal.throwIfAborted()
      const isThere = (await findServer(instance)) !== null
      if (isThere && (await answers(() => checkHealth(instance, signal)))) return
      if (isThere || (await isAnyServerOn(instance))) lastSeenAtMs = clock.elapsedMs()
      else if (clock.elapsedMs() - lastSeenAtMs > missingMs) throw await startFault(instance)
      await timers.sleep(pollMs, { signal }).catch(() => signal.throwIfAborted())
    }
  }

/**
 * One cheap question over the socket. Answers the id of this run: one process serves all sessions, so nothing cuts them and lets it live. Throws
 * `EngineFault`: what `withSession` tells, `ENGINE_REFUSED`, and `ENGINE_CUT_OFF` when its socket is gone and clients are served over the
 * endpoint.
 */
export const checkHealth = async (instance: EngineInstance, signal: AbortSignal): Promise<string> => {
  try {
    return await withAdministration(instance, signal, async (ask) => {
      const told = String(await ask('INFO', 'server'))
      return /^run_id:(\w+)/m.exec(told)?.[1] ?? ''
    })
  } catch (error) {
    await assertNotCutOff('Redis', error, () => checkEndpoint(instance, signal))
    throw error
  }
}

const startFault = async (instance: EngineInstance): Promise<EngineFault> => {
  const findings = explainRedisLog(await readTail(instance.logFile, logTailBytes))
  const { address, port } = instance.listen
  const options = { detail: tellFindings(findings) }
  const tells = (kind: LogFinding['kind']): boolean => findings.some((finding) => finding.kind === kind)
  if (tells('port-taken')) {
    const message = `Port ${port} of ${address} is taken by another process`
    return new EngineFault('PORT_IN_USE', message, { ...options, retryable: true })
  }
  return tells('disk-full')
    ? new EngineFault('DISK_FULL', 'Redis did not start: no space is left on its volume', {
        ...options,
        retryable: true,
      })
    : new EngineFault('ENGINE_START_FAILED', 'Redis did not start', options)
}
