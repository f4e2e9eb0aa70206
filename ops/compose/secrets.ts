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

export type Secrets = {
  readonly masterKey: MasterKey
  /** Those that are accepted now: a file may be given another one while the server runs. */
  readonly adminTokens: () => readonly string[]
  /** Null where the token itself is configured. */
  readonly adminTokenFile: string | null
}

const newSecret = (): string => randomBytes(32).toString('base64url')

type SecretsKernel = { readonly clock: Pick<Clock, 'elapsedMs'>; readonly log: Pick<Log, 'warn'> }

/** What an API needs and nobody may see: configured, or made once in the data directory. Throws `ConfigError` for a file that holds none. */
export const readSecrets = (config: Config, kernel: SecretsKernel): Secrets => ({
  // Where the log is shared it is configured for an API.
  masterKey: readMasterKey(config) ?? readOrMakeKey(config),
  ...tokensOf(config, kernel),
})

/** The key of the control plane; null in a process that has none, as it is configured where the log is shared and this is an agent or a projector. */
export const readMasterKey = (config: Config): MasterKey | null => {
  if (config.masterKey !== null) return Buffer.from(config.masterKey, 'base64url')
  return isDistributed(config) ? null : readOrMakeKey(config)
}

const readOrMakeKey = ({ dataDir }: Config): MasterKey => {
  const remedy = 'put back the one of the backup; without one, remove it and have another made'
  return Buffer.from(readSecret(join(dataDir, 'master-key'), newSecret, secretKey, remedy), 'base64url')
}

const tokensOf = (
  { dataDir, adminToken, adminTokenFile: given }: Config,
  { clock, log }: SecretsKernel,
): Pick<Secrets, 'adminTokens' | 'adminTokenFile'> => {
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
