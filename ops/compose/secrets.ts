import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { MasterKey } from '../../commands/secrets/master-key.ts'
import { adminTokenFile } from '../cli/settings.ts'
import type { Config } from '../config.ts'
import { readOrCreateSecretFile } from '../secret-file.ts'

export type Secrets = {
  readonly masterKey: MasterKey
  readonly adminToken: string
  /** Null where the token is configured. */
  readonly adminTokenFile: string | null
}

const newSecret = (): string => randomBytes(32).toString('base64url')

/** What an API needs and nobody may see: configured, or made once in the data directory. */
export const readSecrets = ({ dataDir, masterKey, adminToken }: Config): Secrets => {
  const key = masterKey ?? readOrCreateSecretFile(join(dataDir, 'master-key'), newSecret)
  return { masterKey: Buffer.from(key, 'base64url'), ...tokenOf(dataDir, adminToken) }
}

const tokenOf = (dataDir: string, configured: string | null): Pick<Secrets, 'adminToken' | 'adminTokenFile'> => {
  if (configured !== null) return { adminToken: configured, adminTokenFile: null }
  const file = join(dataDir, adminTokenFile)
  return { adminToken: readOrCreateSecretFile(file, () => `coffer_admin_${newSecret()}`), adminTokenFile: file }
}
