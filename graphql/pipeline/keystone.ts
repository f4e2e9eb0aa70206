import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { projectIdSchema } from '../../domain/ids.ts'
import { roles as knownRoles } from '../../domain/metadata.ts'
import { isPrintable } from '../../domain/values/text.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { ApiError } from '../errors.ts'
import type { Identity } from '../session.ts'
import type { TokenVerifier } from './authentication.ts'

export type KeystoneConfig = {
  /** Where it is, with or without `/v3`. */
  readonly url: string
  /** How long its answer about a token is kept: as long a token that was revoked there is taken here. */
  readonly keptMs: number
  /** How long it may take to answer. */
  readonly timeoutMs: number
}

/** How many answers are kept at most. */
const maxKept = 10_000

/** Fernet tokens are base64url, JWS tokens that with dots. Tokens of Coffer are never shown to anybody else. */
const tokenShape = /^(?!coffer_)[A-Za-z0-9_.=-]{32,4096}$/

const answerSchema = z.object({
  token: z.object({
    expires_at: z.iso.datetime(),
    user: z.object({ id: z.string().min(1).max(255).refine(isPrintable) }),
    project: z.object({ id: projectIdSchema }).optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
  }),
})

type Known = { readonly identity: Identity; readonly expiresAtMs: number }

/**
 * Tokens of an OpenStack Keystone that are scoped to a project. Its id is the project's here, and of its roles `admin`, `member` and `reader` count. A token
 * is asked about with itself, which Keystone allows everybody: Coffer needs no account there.
 */
export const createKeystoneVerifier = (
  config: KeystoneConfig,
  kernel: Pick<Kernel, 'clock' | 'timers'>,
): TokenVerifier => {
  const { clock } = kernel
  const ask = createAsk(config, kernel)
  /** By a hash: no token is kept. What is being asked for is asked once, however many requests wait for it. */
  const kept = new LRUCache<string, { readonly untilMs: number; readonly answer: Promise<Known | null> }>({
    max: maxKept,
  })
  const lookUp = (token: string): Promise<Known | null> => {
    const key = createHash('sha256').update(token).digest('base64url')
    const earlier = kept.get(key)
    if (earlier && earlier.untilMs > clock.elapsedMs()) return earlier.answer
    const answer = ask(token)
    kept.set(key, { untilMs: clock.elapsedMs() + config.keptMs, answer })
    answer.catch(() => kept.delete(key))
    return answer
  }
  return async (token) => {
    if (!tokenShape.test(token)) return null
    const known = await lookUp(token)
    return known !== null && known.expiresAtMs > clock.now() ? known.identity : null
  }
}

/** Asks Keystone what a token is; null: no token of a project. Throws `UNAVAILABLE` where it does not say. */
const createAsk = ({ url, timeoutMs }: KeystoneConfig, { timers }: Pick<Kernel, 'timers'>) => {
  const base = url.replace(/\/+(v3\/*)?$/, '')
  return async (token: string): Promise<Known | null> => {
    try {
      const response = await fetch(`${base}/v3/auth/tokens?nocatalog`, {
        headers: { 'X-Auth-Token': token, 'X-Subject-Token': token, Accept: 'application/json' },
        signal: timers.timeout(timeoutMs),
        redirect: 'error',
      })
      if ([401, 403, 404].includes(response.status)) return null
      if (!response.ok) throw new Error(`Keystone answered ${response.status}`)
      return knownOf(base, await response.json())
    } catch (cause) {
      throw keystoneUnavailable(cause)
    }
  }
}

const keystoneUnavailable = (cause: unknown): ApiError =>
  new ApiError('UNAVAILABLE', 'Keystone cannot be asked about the token at the moment: try again', {
    cause,
    retryAfterSeconds: 5,
  })

/** Null for a token of no project or of one that cannot be one here, and for one without a role that counts. */
const knownOf = (issuer: string, body: unknown): Known | null => {
  const parsed = answerSchema.safeParse(body)
  if (!parsed.success) return null
  const { expires_at, user, project, roles } = parsed.data.token
  const held = knownRoles.filter((role) => roles.some(({ name }) => name === role))
  if (project === undefined || held.length === 0) return null
  // With where it is from, a user is not taken for the operator or for a token of ours.
  const identity = { subject: `${issuer}#${user.id}`, projectId: project.id, roles: held }
  return { identity, expiresAtMs: Date.parse(expires_at) }
}
