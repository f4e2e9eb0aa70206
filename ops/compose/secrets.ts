import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { MasterKey } from '../../commands/secrets/master-key.ts'
import { adminTokenFile } from '../cli/settings.ts'
import { secretKey, token } from '../config/store-values.ts'
import type { Value } from '../config/values.ts'
import { type Config, ConfigError } from '../config.ts'
import { readOrCreateSecretFile } from '../secret-file.ts'

export type Secrets = {
  readonly masterKey: MasterKey
  readonly adminToken: string
  /** Null where the token is configured. */
  readonly adminTokenFile: string | null
}

const newSecret = (): string => randomBytes(32).toString('base64url')

/** What an API needs and nobody may see: configured, or made once in the data directory. Throws `ConfigError` for a file that holds none. */
export const readSecrets = ({ dataDir, masterKey, adminToken }: Config): Secrets => {
  const remedy = 'put back the one of the backup; without one, remove it and have another made'
  const key = masterKey ?? readSecret(join(dataDir, 'master-key'), newSecret, secretKey, remedy)
  return { masterKey: Buffer.from(key, 'base64url'), ...tokenOf(dataDir, adminToken) }
}

const tokenOf = (dataDir: string, configured: string | null): Pick<Secrets, 'adminToken' | 'adminTokenFile'> => {
  if (configured !== null) return { adminToken: configured, adminTokenFile: null }
  const file = join(dataDir, adminTokenFile)
  const make = (): string => `coffer_admin_${newSecret()}`
  return { adminToken: readSecret(file, make, token, 'remove it and have another made'), adminTokenFile: file }
}

/** As much is asked of what a file holds as of a variable: of one that was cut short, anybody could guess the rest. */
const readSecret = (file: string, make: () => string, { schema, accepts }: Value<string>, remedy: string): string => {
  const found = schema.safeParse(readOrCreateSecretFile(file, make))
  if (found.success) return found.data
  throw new ConfigError([`${file} holds something else, not shown here, than ${accepts}: ${remedy}`])
}
