import type { ProjectId } from '../domain/ids.ts'
import type { Role } from '../domain/metadata.ts'
import type { TokenId } from '../domain/token/id.ts'

/** Who is asking, as a verified token says it. */
export type Identity = {
  readonly subject: string
  readonly projectId: ProjectId
  readonly roles: readonly Role[]
  /** Where it is an API token. */
  readonly tokenId?: TokenId
}

export type Session = Identity & {
  /** Sees every project. */
  readonly isAdmin: boolean
  /** A member or an admin; readers may only look. */
  readonly canWrite: boolean
  /** Asks again whether the token still stands: false once it was revoked or has expired. */
  readonly isStillValid: () => Promise<boolean>
}

export const createSession = (identity: Identity, isStillValid: () => Promise<boolean>): Session => {
  const isAdmin = identity.roles.includes('admin')
  return { ...identity, isAdmin, canWrite: isAdmin || identity.roles.includes('member'), isStillValid }
}
