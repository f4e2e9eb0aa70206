import { createHash } from 'node:crypto'
import type { TokenId } from '../../domain/ids.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { token, tokenStream } from '../../domain/token/index.ts'
import { invalidInput } from '../../domain/values/invalid-input.ts'
import { tokenNameRefusal } from '../../domain/values/names.ts'
import { quote } from '../../domain/values/text.ts'
import { tryParseTime } from '../../domain/values/time.ts'
import type { DispatchAnswer, PublicCommand } from '../api.ts'
import { isoNow } from '../clock.ts'
import { secretBytes } from '../secrets/master-key.ts'
import { reaches } from './authorise.ts'
import { accepted, type DispatchDependencies, type Job, refused } from './context.ts'

type IssueToken = Extract<PublicCommand, { readonly type: 'IssueToken' }>

/** `coffer_<token id>_<secret>`: the id finds the token, the secret (256 bits, base64url) proves it. */
export const formatToken = (tokenId: TokenId, secret: string): string => `coffer_${tokenId}_${secret}`

/** What is stored of a secret: SHA-256, base64url. A slow hash has no use for 256 random bits. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

export const issueToken = async (
  { handler, masterKey, clock }: DispatchDependencies,
  job: Job,
  { projectId, name, role, expiresAt = null }: IssueToken,
): Promise<DispatchAnswer> => {
  const badName = tokenNameRefusal(name)
  if (badName) return refused(badName)
  const expiry = expiresAt === null ? null : tryParseTime(expiresAt)
  if (expiresAt !== null && expiry === null) return refused(noTime(expiresAt))
  const { tokenId } = job.ids
  const source = { idempotencyKey: job.request.idempotencyKey, scope: `token\u0000${tokenId}` }
  const secret = Buffer.from(secretBytes(masterKey, source, 32)).toString('base64url')
  const handled = await handler.handle(
    token,
    tokenStream(tokenId),
    {
      type: 'IssueToken',
      tokenId,
      projectId,
      name,
      role,
      secretHash: hashSecret(secret),
      now: isoNow(clock),
      expiresAt: expiry,
    },
    { ...job.context, projectId },
  )
  if (handled.outcome === 'rejected') return refused(handled.rejection)
  return accepted({
    position: handled.position,
    tokenId,
    token: formatToken(tokenId, secret),
    replayed: handled.events.length === 0,
  })
}

const noTime = (text: string): Rejection =>
  invalidInput(`${quote(text)} is no time: ISO 8601 with a time zone is, such as 2030-01-31T00:00:00Z`, 'expiresAt')

export const revokeToken = async (
  { handler }: DispatchDependencies,
  job: Job,
  tokenId: TokenId,
): Promise<DispatchAnswer> => {
  const stream = tokenStream(tokenId)
  const { state } = await handler.load(token, stream)
  if (state.status === 'ABSENT' || !reaches(job.reach, state.projectId)) {
    return refused({ code: 'NOT_FOUND', message: `there is no token ${tokenId} that you may see`, field: 'id' })
  }
  const context = { ...job.context, projectId: state.projectId }
  const handled = await handler.handle(token, stream, { type: 'RevokeToken', tokenId }, context)
  if (handled.outcome === 'rejected') return refused(handled.rejection)
  return accepted({ position: handled.position, tokenId, replayed: handled.events.length === 0 })
}
