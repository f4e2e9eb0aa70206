import { createHash, timingSafeEqual } from 'node:crypto'
import { type TokenId, tokenIdSchema } from '../../domain/token/id.ts'
import type { WallClock } from '../../kernel/clock.ts'
import type { Views } from '../../projections/queries.ts'
import type { TokenVerifier } from './authentication.ts'

/** `coffer_<token id>_<secret>`: the secret is 32 random bytes as base64url. */
const tokenShape = /^coffer_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([A-Za-z0-9_-]{43})$/
/** Compared with when there is no such token, so that this takes as long as a wrong secret. */
const noHash = Buffer.alloc(32)

/** Tokens that `issueToken` made, by the hash of their secret in the tokens view. */
export const createApiTokenVerifier =
  (views: Pick<Views, 'token'>, clock: WallClock): TokenVerifier =>
  async (token) => {
    const [, id = '', secret = ''] = tokenShape.exec(token) ?? []
    const tokenId = tokenIdSchema.safeParse(id)
    if (!tokenId.success) return null
    const document = await views.token(tokenId.data)
    const expected = document === null ? noHash : Buffer.from(document.secretHash, 'base64url')
    const actual = createHash('sha256').update(secret).digest()
    const matches = expected.length === actual.length && timingSafeEqual(actual, expected)
    if (!matches || document === null || document.revoked) return null
    if (document.expiresAt !== null && Date.parse(document.expiresAt) <= clock.now()) return null
    if (await isAnyRevoked(views, document.ancestors)) return null
    return {
      subject: `token:${document.id}`,
      projectId: document.projectId,
      roles: [document.role],
      tokenId: document.id,
    }
  }

/** A token ends with each of those it came from. One that cannot be found has not come to be seen yet, or never was: no reason to trust. */
export const isAnyRevoked = async (views: Pick<Views, 'token'>, ids: readonly TokenId[]): Promise<boolean> => {
  const documents = await Promise.all(ids.map((id) => views.token(id)))
  return documents.some((document) => document === null || document.revoked)
}
