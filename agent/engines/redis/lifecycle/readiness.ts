import { readTail } from '../../../files.ts'
import { assertNotCutOff } from '../../cut-off.ts'
import type { EngineInstance, LogFinding } from '../../engine.ts'
import { withAdministration } from '../session.ts'
import { checkEndpoint } from './endpoint.ts'
import { explainRedisLog } from './engine-log.ts'

const logTailBytes = 64 * 1024

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

export const findingsOf = async ({ logFile }: EngineInstance): Promise<readonly LogFinding[]> =>
  explainRedisLog(await readTail(logFile, logTailBytes))
