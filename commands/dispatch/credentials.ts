import type { AccessLevel } from '../../domain/values/access-levels.ts'
import type { UserInput } from '../public/create-instance-input.ts'
import { type MasterKey, passwordBytes, passwordOf, secretBytes } from '../secrets/master-key.ts'

/** A user's password as it was given or generated. Shown once, to the caller, and kept nowhere. `level` and `host`: see `UserSpec`. */
export type Credential = {
  readonly user: string
  readonly password: string
  readonly databases: readonly string[]
  readonly level?: AccessLevel | undefined
  readonly host?: string | undefined
}

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
    level: user.level,
    host: user.host,
  }))
