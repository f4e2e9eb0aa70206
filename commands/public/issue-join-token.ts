import { z } from 'zod'
import { joinTokenIdSchema, parseJoinTokenId } from '../../domain/fleet/id.ts'
import { fleet, fleetStream } from '../../domain/fleet/index.ts'
import { formatJoinToken, joinTokenPurpose } from '../../domain/guest/join-token.ts'
import { host, hostStream } from '../../domain/host/index.ts'
import { type HostId, hostIdSchema } from '../../domain/ids.ts'
import type { Rejection } from '../../domain/rejection.ts'
import { tryParseTime } from '../../domain/values/time.ts'
import { isoAfter, isoNow } from '../../kernel/clock.ts'
import { deriveSigner } from '../../kernel/signing.ts'
import { controlSigner } from '../secrets/control-channel.ts'
import { tokenSecret } from '../secrets/master-key.ts'
import { shownId } from './answers.ts'
import { accepted, defineCommand, refused } from './definition.ts'
import { idField, timeField, timeRefusal, tryWith } from './input.ts'

/** Long enough to carry a token to a machine, too short to be forgotten in a file. */
const validForMs = 3_600_000

/** What a host joins with. The log has what proves the token and nothing that it could be made from. */
export const issueJoinToken = defineCommand({
  name: 'IssueJoinToken',
  role: 'admin',
  does: 'Admins only. Makes a token that lets one host join, once. It also carries the key by which that host knows its control plane.',
  asks: 'For which host, and for how long.',
  input: z.strictObject({
    hostId: idField(tryWith(hostIdSchema), {
      noun: 'host id',
      expected: 'a UUID',
      description:
        'A host that has joined: it may come with another key than before, as when its identity was replaced. If left out, any host may join that is not known yet.',
    }).optional(),
    expiresAt: timeField('One hour from now if left out.').optional(),
  }),
  faults: ({ expiresAt }) => [timeRefusal(expiresAt, 'expiresAt')],
  answer: {
    name: 'IssueJoinToken',
    says: 'The join token was made.',
    fields: z.object({
      joinTokenId: shownId(joinTokenIdSchema, 'Its id.'),
      joinToken: z.string().meta({
        description:
          'What the agent is started with as `COFFER_JOIN_TOKEN`. Shown in this answer only; a repeat with the same `idempotencyKey` and input gives the same.',
      }),
      expiresAt: z.string().meta({ scalar: 'DateTime', description: 'When it lets no host in any more.' }),
    }),
  },
  carryOut: async ({ handler, masterKey, clock }, job, { hostId = null, expiresAt }) => {
    if (hostId !== null && (await handler.load(host, hostStream(hostId))).state.status === 'UNREGISTERED')
      return refused(unknownHost(hostId))
    const tokenId = job.ids.made('join-token', parseJoinTokenId)
    const source = { idempotencyKey: job.request.idempotencyKey, scope: `join token\u0000${tokenId}` }
    const secret = tokenSecret(masterKey, source)
    const { publicKey: proofKey } = deriveSigner(secret, joinTokenPurpose)
    const until = (expiresAt === undefined ? null : tryParseTime(expiresAt)) ?? isoAfter(clock, validForMs)
    const handled = await handler.handle(
      fleet,
      fleetStream,
      { type: 'IssueJoinToken', tokenId, proofKey, hostId, now: isoNow(clock), expiresAt: until },
      job.context,
    )
    if (handled.outcome === 'rejected') return refused(handled.rejection)
    const { position, events, state } = handled
    const joinToken = formatJoinToken({ tokenId, secret, controlKey: controlSigner(masterKey).publicKey })
    return accepted({
      position,
      replayed: events.length === 0,
      joinTokenId: tokenId,
      joinToken,
      expiresAt: state.joinTokens.get(tokenId)?.expiresAt ?? until,
    })
  },
})

const unknownHost = (hostId: HostId): Rejection => ({
  code: 'NOT_FOUND',
  message: `there is no host ${hostId}; for one that has not joined yet, leave it out`,
  field: 'hostId',
})
