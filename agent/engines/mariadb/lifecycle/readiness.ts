import { readTail } from '../../../files.ts'
import { assertNotCutOff } from '../../cut-off.ts'
import type { EngineInstance, LogFinding } from '../../engine.ts'
import { withAdministration } from '../session.ts'
import { checkEndpoint } from './endpoint.ts'
import { explainMariadbLog, isToldToEnd } from './engine-log.ts'
import { findServer } from './server-process.ts'

const logTailBytes = 64 * 1024

/**
 * One cheap query over the socket. Answers which process serves: it has all sessions itself, so nothing cuts them and lets it live. Throws `EngineFault`: what
 * `withSession` tells, `ENGINE_BROKEN`, `ENGINE_REFUSED`, and `ENGINE_CUT_OFF` when its socket is gone and clients are served over the endpoint.
 */
export const checkHealth = async (instance: EngineInstance, signal: AbortSignal): Promise<string> => {
  try {
    await withAdministration(instance, signal, (query) => query('SELECT 1'))
    return String(await findServer(instance))
  } catch (error) {
    await assertNotCutOff('MariaDB', error, () => checkEndpoint(instance, signal))
    throw error
  }
}

export const findingsOf = async ({ logFile }: EngineInstance): Promise<readonly LogFinding[]> =>
  explainMariadbLog(await readTail(logFile, logTailBytes))

export const isEnding = async ({ logFile }: EngineInstance): Promise<boolean> =>
  isToldToEnd(await readTail(logFile, logTailBytes))
