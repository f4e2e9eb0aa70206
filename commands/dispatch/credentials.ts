import type { Credential, UserInput } from '../api.ts'
import { type MasterKey, passwordBytes, passwordOf, secretBytes } from '../secrets/master-key.ts'

/** Every user with the password it was given, or one made for it, and the databases it may use. */
export const credentialsFor = (
  users: readonly UserInput[],
  databases: readonly string[],
  masterKey: MasterKey,
  source: { readonly idempotencyKey: string | undefined; readonly scope: string },
): readonly Credential[] =>
  users.map((user) => ({
    user: user.name,
    password:
      user.password ??
      passwordOf(
        secretBytes(masterKey, { ...source, scope: `${source.scope}\u0000password\u0000${user.name}` }, passwordBytes),
      ),
    databases: user.databases ?? databases,
  }))
