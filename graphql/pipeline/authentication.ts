import type { Plugin } from 'graphql-yoga'
import { ApiError } from '../errors.ts'
import { createSession, type Identity, type Session } from '../session.ts'
import type { RequestContext } from './request-context.ts'

/**
 * One way to tell who holds a token. Null: not a token of this kind, or not one that opens anything. Throws `ApiError`
 * `UNAVAILABLE` when that cannot be found out now.
 */
export type TokenVerifier = (token: string) => Promise<Identity | null>

/** Who an `Authorization` header stands for; null for nobody, whatever the reason. */
export type Authenticate = (authorization: string | null | undefined) => Promise<Session | null>

/** Longer than any token; more is not looked at. */
const maxHeaderLength = 8 * 1024

/** Asks the verifiers in turn. */
export const createAuthenticate = (verifiers: readonly TokenVerifier[]): Authenticate => {
  const identify: TokenVerifier = async (token) => {
    for (const verify of verifiers) {
      const identity = await verify(token)
      if (identity) return identity
    }
    return null
  }
  return async (authorization) => {
    const token = bearerToken(authorization)
    const identity = token === null ? null : await identify(token)
    if (token === null || identity === null) return null
    return createSession(identity, async () => (await identify(token)) !== null)
  }
}

const bearerToken = (authorization: string | null | undefined): string | null => {
  if (!authorization || authorization.length > maxHeaderLength) return null
  return /^Bearer +([^\s]+)$/i.exec(authorization)?.[1] ?? null
}

/** One answer for no token and for every kind of bad one. */
export const unauthenticated = (): ApiError =>
  new ApiError('UNAUTHENTICATED', 'a valid token is needed: send it as `Authorization: Bearer <token>`')

/** Lets nobody pass who is not known, before the body is read. */
export const useAuthentication = (authenticate: Authenticate): Plugin<object, RequestContext> => ({
  onRequestParse: async ({ request, serverContext }) => {
    const session = await authenticate(request.headers.get('authorization'))
    if (!session) throw unauthenticated()
    serverContext.session = session
  },
})
