import { readTail } from '../../../files.ts'
import { assertNotCutOff } from '../../cut-off.ts'
import { EngineFault, type EngineInstance, type LogFinding } from '../../engine.ts'
import { hasCode } from '../../error-codes.ts'
import { everything, settingsOf } from '../configuration/configuration.ts'
import { withAdministration } from '../session.ts'
import { checkEndpoint } from './endpoint.ts'
import { explainPostgresqlLog, logSince } from './engine-log.ts'

const logTailBytes = 64 * 1024

/**
 * One cheap query over the socket. Answers when the checkpointer was started: the postmaster starts it again after a
 * crash of any of its processes, for which it has ended all sessions. Throws `EngineFault`, or the signal's reason:
 * - what `passingFault` tells, `DISK_FULL`;
 * - `ENGINE_BROKEN`: it refuses logins for a reason of its own, in every database;
 * - `ENGINE_REFUSED`: it refuses the agent's alone;
 * - `ENGINE_CUT_OFF`: its socket is gone, and clients are served over the endpoint.
 */
export const checkHealth = async (instance: EngineInstance, signal: AbortSignal): Promise<string> => {
  const lookFrom = (database: string): Promise<string> =>
    withAdministration(instance, database, signal, async (query) => {
      const [row] = await query(
        "SELECT backend_start::text FROM pg_stat_get_activity(NULL) WHERE backend_type = 'checkpointer'",
      )
      return String(row?.backend_start ?? '')
    })
  try {
    return await lookFrom('postgres')
  } catch (error) {
    if (hasCode(error, 'ENGINE_BROKEN')) {
      await lookFrom('template1')
      throw new EngineFault('ENGINE_REFUSED', 'PostgreSQL cannot open its database "postgres"', { cause: error })
    }
    await assertNotCutOff('PostgreSQL', error, () => checkEndpoint(instance, signal))
    throw error
  }
}

/** What its log tells of a start that began then. */
export const findingsOf = async (instance: EngineInstance, startedAtMs: number): Promise<readonly LogFinding[]> => {
  const log = logSince(await readTail(instance.logFile, logTailBytes), startedAtMs)
  return explainPostgresqlLog(new Set(Object.keys(settingsOf(instance, everything))), log)
}
