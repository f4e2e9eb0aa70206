import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import { projectIdSchema } from '../../domain/ids.ts'
import { roles as knownRoles, type Role } from '../../domain/metadata.ts'
import { isPrintable } from '../../domain/values/text.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Timers } from '../../kernel/timers.ts'
import { ApiError } from '../errors.ts'
import type { Identity } from '../session.ts'
import type { TokenVerifier } from './authentication.ts'

export type OidcConfig = {
  /** What `iss` must be, exactly. */
  readonly issuer: string
  /** What `aud` must contain. */
  readonly audience: string
  /** Where the keys are; null: found by OpenID Connect discovery at the issuer. */
  readonly jwksUrl: string | null
  /** Accepted signature algorithms: asymmetric ones only. */
  readonly algorithms: readonly string[]
  /** The claim with the project's id; dots go into objects. */
  readonly projectClaim: string
  /** The claim with the roles, a list or a string parted by spaces; of what it holds only `admin`, `member` and `reader` count. */
  readonly rolesClaim: string
  /** How far the issuer's clock may be off. */
  readonly clockToleranceSeconds: number
  /** How long the issuer may take to give its keys. */
  readonly timeoutMs: number
}

export const oidcDefaults = {
  jwksUrl: null,
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  projectClaim: 'coffer_project',
  rolesClaim: 'coffer_roles',
  clockToleranceSeconds: 30,
  timeoutMs: 5000,
} as const satisfies Partial<OidcConfig>

type KeySet = ReturnType<typeof createRemoteJWKSet>

/** JWTs of one OpenID Connect issuer. */
export const createOidcVerifier = (
  config: OidcConfig,
  { clock, timers }: Pick<Kernel, 'clock' | 'timers'>,
): TokenVerifier => {
  const keys = createKeys(config, timers)
  const now = () => new Date(clock.now())
  return async (token) => {
    // Garbage, tokens of others and those that are over by their own word do not make this server ask for keys.
    if (!looksLikeOurs(token, config, now())) return null
    const claims = await verify(token, await keys(), config, now())
    return claims && identityOf(claims, config)
  }
}

const looksLikeOurs = (token: string, config: OidcConfig, now: Date): boolean => {
  try {
    const { alg } = decodeProtectedHeader(token)
    const { iss, exp = Number.POSITIVE_INFINITY } = decodeJwt(token)
    const isOver = exp + config.clockToleranceSeconds <= now.getTime() / 1000
    return alg !== undefined && config.algorithms.includes(alg) && iss === config.issuer && !isOver
  } catch {
    return false
  }
}

const verify = async (
  token: string,
  keys: KeySet,
  config: OidcConfig,
  currentDate: Date,
): Promise<JWTPayload | null> => {
  const { issuer, audience, clockToleranceSeconds } = config
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: [...config.algorithms],
      clockTolerance: clockToleranceSeconds,
      currentDate,
      requiredClaims: ['sub', 'exp'],
    })
    return payload
  } catch (error) {
    if (saysTokenIsBad(error)) return null
    throw keysUnavailable(error)
  }
}

/** Of jose's errors those about the token itself, by their codes; others are about getting the keys. */
const saysTokenIsBad = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  /^ERR_(JWT|JWS|JOSE_ALG_NOT_ALLOWED|JOSE_NOT_SUPPORTED|JWKS_NO_MATCHING_KEY|JWKS_MULTIPLE_MATCHING_KEYS)/.test(
    error.code,
  )

const keysUnavailable = (cause: unknown): ApiError =>
  new ApiError('UNAVAILABLE', 'the keys of the identity provider cannot be had at the moment: try again', {
    cause,
    retryAfterSeconds: 5,
  })

/** The issuer's keys, fetched when first needed and again when a token names one that is not known. */
const createKeys = (
  { issuer, jwksUrl, timeoutMs }: OidcConfig,
  timers: Pick<Timers, 'timeout'>,
): (() => Promise<KeySet>) => {
  let found: KeySet | null = null
  return async () => {
    found ??= createRemoteJWKSet(new URL(jwksUrl ?? (await discover(issuer, timers.timeout(timeoutMs)))), {
      timeoutDuration: timeoutMs,
    })
    return found
  }
}

/** OpenID Connect Discovery 1.0, section 4: the document must name the very issuer it was asked from. */
const discover = async (issuer: string, signal: AbortSignal): Promise<string> => {
  try {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const response = await fetch(url, { signal, redirect: 'error' })
    if (!response.ok) throw new Error(`${url} answered ${response.status}`)
    const document: unknown = await response.json()
    if (claimOf(document, 'issuer') !== issuer) throw new Error(`${url} names another issuer than ${issuer}`)
    const location = claimOf(document, 'jwks_uri')
    if (typeof location !== 'string') throw new Error(`${url} has no jwks_uri`)
    return location
  } catch (error) {
    throw keysUnavailable(error)
  }
}

const identityOf = (claims: JWTPayload, { issuer, projectClaim, rolesClaim }: OidcConfig): Identity | null => {
  const projectId = projectIdSchema.safeParse(claimOf(claims, projectClaim))
  const roles = rolesIn(claimOf(claims, rolesClaim))
  if (!projectId.success || roles.length === 0 || !isSubject(claims.sub)) return null
  // With its issuer, a subject is not taken for the operator or for a token of ours, whatever it is called there.
  return { subject: `${issuer}#${claims.sub}`, projectId: projectId.data, roles }
}

/** OpenID Connect Core 1.0, section 2, allows no longer one. It stands in the audit log, where nothing may hide or break a line. */
const isSubject = (sub: string | undefined): sub is string =>
  sub !== undefined && sub !== '' && sub.length <= 255 && isPrintable(sub)

const rolesIn = (claim: unknown): readonly Role[] => {
  const names: unknown = typeof claim === 'string' ? claim.split(' ') : claim
  return Array.isArray(names) ? knownRoles.filter((role) => names.includes(role)) : []
}

/** `realm_access.roles` is `roles` within `realm_access`; a claim whose name has dots itself (as URLs have) is taken as it is. */
const claimOf = (claims: unknown, path: string): unknown => {
  const member = (value: unknown, name: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, name)
      ? (value as Readonly<Record<string, unknown>>)[name]
      : undefined
  return member(claims, path) ?? path.split('.').reduce(member, claims)
}
