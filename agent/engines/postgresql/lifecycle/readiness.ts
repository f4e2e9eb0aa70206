import { setTimeout as delay } from 'node:timers/promises'
import { readTail } from '../../../files.ts'
import { answers } from '../../answers.ts'
import { assertNotCutOff } from '../../cut-off.ts'
import { EngineFault, type EngineInstance, type LogFinding, tellFindings } from '../../engine.ts'
import { hasCode } from '../../error-codes.ts'
import { settingsOf } from '../configuration/configuration.ts'
import { withAdministration } from '../session.ts'
import { checkEndpoint } from './endpoint.ts'
import { explainPostgresqlLog, logSince } from './engine-log.ts'
import { findPostmaster, isAnyPostmasterOn } from './postmaster.ts'

const pollMs = 10
/**
 * For how long no process may be seen before it counts as dead: covers the moments in which a launcher becomes the
 * engine.
 */
const missingMs = 250
const logTailBytes = 64 * 1024

/**
 * Resolves when the engine, started just before, answers a query over its socket. Throws `EngineFault` `PORT_IN_USE`,
 * `DISK_FULL` or `ENGINE_START_FAILED`, with what the engine's log tells, as soon as its process is gone, and the signal's
 * reason when that comes first.
 *
 * It follows the status in the pid file, as pg_ctl does: each attempt to log in before that would leave a FATAL in the
 * engine's log.
 */
export const waitReady = async (instance: EngineInstance, signal: AbortSignal): Promise<void> => {
  const startedAtMs = Date.now()
  let lastSeenAtMs = startedAtMs
  for (;;) {
    signal.throwIfAborted()
    const postmaster = await findPostmaster(instance.dataDir)
    if (postmaster?.ready && (await answers(() => checkHealth(instance, signal)))) return
    if (postmaster !== null || (await isAnyPostmasterOn(instance.dataDir))) lastSeenAtMs = Date.now()
    else if (Date.now() - lastSeenAtMs > missingMs) throw await startFault(instance, startedAtMs)
    await delay(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

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

const startFault = async (instance: EngineInstance, startedAtMs: number): Promise<EngineFault> => {
  const log = logSince(await readTail(instance.logFile, logTailBytes), startedAtMs)
  const { address, port } = instance.listen
  const findings = explainPostgresqlLog(new Set(Object.keys(settingsOf(instance, 'FULL'))), log)
  const options = { detail: tellFindings(findings) }
  const tells = (kind: LogFinding['kind']): boolean => findings.some((finding) => finding.kind === kind)
  if (tells('port-taken')) {
    return new EngineFault('PORT_IN_USE', `Port ${port} of ${address} is taken by another process`, {
      ...options,
      retryable: true,
    })
  }
  if (tells('disk-full')) {
    return new EngineFault('DISK_FULL', 'PostgreSQL could not start: no space is left on its volume', {
      ...options,
      retryable: true,
    })
  }
  return new EngineFault('ENGINE_START_FAILED', `PostgreSQL ${instance.installation.version} did not start`, options)
}
