import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { engineOf } from '../../domain/engines/registry.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import type { ClientEnvironment } from './client-environment.ts'
import { clientDataDir } from './settings.ts'

const run = promisify(execFile)

/** `advice`: what to know about this program with the engine; null when it fits. */
export type ClientTool = { readonly path: string; readonly advice: string | null }

/**
 * The program for an engine of this version: the one of its own version where there is one, in the client's own directory or where distributions
 * put it, else the one on the path. Null when there is none.
 */
export const findClientTool = async (
  datastore: DatastoreType,
  version: string,
  environment: ClientEnvironment,
): Promise<ClientTool | null> => {
  const { client } = engineOf(datastore)
  const ownDirectories = [
    join(clientDataDir(environment), datastore, String(Number.parseInt(version, 10)), 'bin'),
    ...client.directories(version),
  ]
  for (const path of ownDirectories.map((directory) => join(directory, client.program))) {
    if (await isExecutable(path)) return { path, advice: null }
  }
  const onPath = (environment.PATH ?? '').split(':').map((directory) => join(directory || '.', client.program))
  for (const path of onPath) {
    if (!(await isExecutable(path))) continue
    const own = await askVersion(path, client.version)
    return { path, advice: own === null ? null : client.advice(own, version) }
  }
  return null
}

/** Null when it does not tell. */
const askVersion = async (path: string, pattern: RegExp): Promise<string | null> => {
  const printed = await run(path, ['--version']).catch(() => null)
  return pattern.exec(printed?.stdout ?? '')?.[1] ?? null
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
