import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { MasterKey } from '../../commands/secrets/master-key.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { adminTokenFile } from '../config/shared-files.ts'
import { secretKey } from '../config/store-values.ts'
import type { Value } from '../config/values.ts'
import { type Config, ConfigError, isDistributed } from '../config.ts'
import { readOrCreateSecretFile } from '../secret-file.ts'
import { createTokenFile } from './token-file.ts'

export type AdminTokens = {
  /** Those that are accepted now: a file may be given another one while the server runs. */
  readonly adminTokens: () => readonly string[]
  /** Null where the token itself is configured. */
  readonly adminTokenFile: string | null
}

const newSecret = (): string => randomBytes(32).toString('base64url')

/**
 * The key of the control plane: configured, or made once in the data directory, which must be there. Null where the log is shared and none is
 * configured, as for an agent or a projector. Throws `ConfigError` for a file that holds none.
 */
export const readMasterKey = (config: Config): MasterKey | null => {
  if (config.masterKey !== null) return Buffer.from(config.masterKey, 'base64url')
  if (isDistributed(config)) return null
  const remedy = 'put back the one of the backup; without one, remove it and have another made'
  return Buffer.from(readSecret(join(config.dataDir, 'master-key'), newSecret, secretKey, remedy), 'base64url')
}

type SecretsKernel = { readonly clock: Pick<Clock, 'elapsedMs'>; readonly log: Pick<Log, 'warn'> }

/** What an administrator logs in by: configured, or made once in the data directory. Throws `ConfigError` for a file that holds none. */
export const readAdminTokens = (
  { dataDir, adminToken, adminTokenFile: given }: Config,
  { clock, log }: SecretsKernel,
): AdminTokens => {
  if (adminToken !== null) return { adminTokens: () => [adminToken], adminTokenFile: null }
  const file = given ?? join(dataDir, adminTokenFile)
  if (given === null) readOrCreateSecretFile(file, () => `coffer_admin_${newSecret()}`)
  const onProblem = (problem: string): void => log.warn({}, `the former admin token stays in force: ${problem}`)
  return { adminTokens: createTokenFile(file, { nowMs: clock.elapsedMs, onProblem }), adminTokenFile: file }
}

/** As much is asked of what a file holds as of a variable: of one that was cut short, anybody could guess the rest. */
const readSecret = (file: string, make: () => string, { schema, accepts }: Value<string>, remedy: string): string => {
  const found = schema.safeParse(readOrCreateSecretFile(file, make))
  if (found.success) return found.data
  throw new ConfigError([`${file} holds something else, not shown here, than ${accepts}: ${remedy}`])
}
