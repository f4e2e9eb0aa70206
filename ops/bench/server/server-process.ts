import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { adminTokenFile } from '../../config/shared-files.ts'
import { until } from '../until.ts'
import { type ProgramProcess, startProgram } from './program-process.ts'

export type ServerProcess = ProgramProcess & { readonly token: string }

const readyTimeoutMs = 120_000

/**
 * Runs the program of `npm start` on a data directory and resolves when it answers. `settings`: its environment, besides where its data
 * is and that it takes any free port. Throws with the end of its log when it does not start.
 */
export const startServer = async (
  dataDir: string,
  settings: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ServerProcess> => {
  const environment = { COFFER_DATA_DIR: dataDir, COFFER_PORT: '0', COFFER_FETCH_ENGINES: 'none', ...settings }
  const server = await startProgram({ args: [], environment, logFile: `${dataDir}.log` }, signal)
  try {
    await untilReady(server.url, signal)
    return { ...server, token: readFileSync(join(dataDir, adminTokenFile), 'utf8').trim() }
  } catch (error) {
    await server.stop()
    throw error
  }
}

export const untilReady = async (url: string, signal: AbortSignal): Promise<void> => {
  const isReady = async (): Promise<true | null> => {
    const { ok } = await fetch(`${url}/readyz`, { signal }).catch(() => ({ ok: false }))
    return ok || null
  }
  await until('a server that is ready', isReady, { signal, timeoutMs: readyTimeoutMs })
}
