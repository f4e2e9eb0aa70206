import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Actor, roles } from '../../domain/metadata.ts'
import { project, projectStream } from '../../domain/project/index.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { parseTokenId, type TokenId, tokenIdSchema } from '../../domain/token/id.ts'
import { type TokenState, token, tokenStream } from '../../domain/token/index.ts'
import { tokenNameRefusal } from '../../domain/values/names.ts'
import { hasPassed, tryParseTime } from '../../domain/values/time.ts'
import { isoAfter, isoNow } from '../../kernel/clock.ts'
import { isAdmin, ownerOf } from '../dispatch/authorise.ts'
import { tokenSecret } from '../secrets/master-key.ts'
import { shownId } from './answers.ts'
import { accepted, type DispatchDependencies, defineCommand, refused } from './definition.ts'
import { projectIdField, textField, timeField, timeRefusal } from './input.ts'

/** `coffer_<token id>_<secret>`: the id finds the token, the secret (256 bits, base64url) proves it. */
export const formatToken = (tokenId: TokenId, secret: string): string => `coffer_${tokenId}_${secret}`

/** What is stored of a secret: SHA-256, base64url. A slow hash has no use for 256 random bits. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

/** Room in the project's quota, then the token itself: the room is held until the sagas have seen the token issued. */
export const issueToken = defineCommand({
  name: 'IssueToken',
  role: 'member',
  does: 'Makes a token for a project. It cannot do more than who makes it.',
  asks: 'What the token is for.',
  input: z.strictObject({
    name: textField('For people, to tell tokens apart.'),
    role: z.enum(roles).meta({ enumType: 'Role', description: 'What its holder may do.' }),
    expiresAt: timeField('Does not expire if left out.').optional(),
    projectId: projectIdField("Admins only: for which project; one's own if left out.").optional(),
  }),
  forbids: ({ role }, actor) => (role === 'admin' && !isAdmin(actor) ? adminsOnly : null),
  faults: ({ name, expiresAt }) => [tokenNameRefusal(name), timeRefusal(expiresAt, 'expiresAt')],
  answer: {
    name: 'IssueToken',
    says: 'The token was made.',
    fields: z.object({
      tokenId: shownId(tokenIdSchema, 'Its id.'),
      secret: z.string().meta({
        description:
          'What to send as `Authorization: Bearer ...`. Shown in this answer only; a repeat with the same `idempotencyKey` and input gives the same.',
      }),
    }),
  },
  carryOut: async (dependencies, job, { projectId: named, name, role, expiresAt }) => {
    const { handler, masterKey, clock, settings } = dependencies
    const projectId = ownerOf(job, named)
    const expiry = expiresAt === undefined ? null : tryParseTime(expiresAt)
    const lineage = await findLineage(dependencies, job.actor)
    if (!lineage) return refused(endedToken)
    const { ancestors, endsBy } = lineage
    const now = isoNow(clock)
    const tokenId = job.ids.made('token', parseTokenId)
    const context = { ...job.context, projectId }
    const heldUntil = isoAfter(clock, settings.reservationMs)
    const { maxTokens } = settings
    const held = await handler.handle(
      project,
      projectStream(projectId),
      { type: 'HoldToken', projectId, tokenId, ancestors, expiresAt: expiry ?? endsBy, now, heldUntil, maxTokens },
      context,
    )
    if (held.outcome === 'rejected') return refused(held.rejection)
    const source = { idempotencyKey: job.request.idempotencyKey, scope: `token\u0000${tokenId}` }
    const secret = tokenSecret(masterKey, source)
    const secretHash = hashSecret(secret)
    const handled = await handler.handle(
      token,
      tokenStream(tokenId),
      { type: 'IssueToken', tokenId, projectId, name, role, ancestors, endsBy, secretHash, now, expiresAt: expiry },
      context,
    )
    if (handled.outcome === 'rejected') {
      await handler.handle(project, projectStream(projectId), { type: 'ReleaseToken', projectId, tokenId }, context)
      return refused(handled.rejection)
    }
    const { position, events } = handled
    return accepted({ position, replayed: events.length === 0, tokenId, secret: formatToken(tokenId, secret) })
  },
})

const adminsOnly: Rejection = {
  code: 'FORBIDDEN',
  message: 'only an admin may issue a token with the role admin; choose member or reader',
  field: 'role',
}

/** `ancestors`: the token that is used and those it came from, the first of them first. `endsBy`: when the first of these expires. */
type Lineage = { readonly ancestors: readonly TokenId[]; readonly endsBy: string | null }

/** Null when the token that is used has ended since it let the request in. */
const findLineage = async ({ handler, clock }: DispatchDependencies, actor: Actor): Promise<Lineage | null> => {
  if (actor.kind !== 'user' || actor.tokenId === undefined) return { ancestors: [], endsBy: null }
  const { state } = await handler.load(token, tokenStream(actor.tokenId))
  if (state.status === 'ABSENT') return null
  const ancestors = [...state.ancestors, actor.tokenId]
  const states = await Promise.all(ancestors.map(async (id) => (await handler.load(token, tokenStream(id))).state))
  const now = isoNow(clock)
  const isValid = (each: TokenState): boolean =>
    each.status === 'ISSUED' && (each.expiresAt === null || !hasPassed(each.expiresAt, now))
  // A token expires no later than those it came from.
  return states.every(isValid) ? { ancestors, endsBy: state.expiresAt } : null
}

const endedToken: Rejection = {
  code: 'FORBIDDEN',
  message: 'the token that you use was revoked or has expired, and with it ends what is made with it',
}
