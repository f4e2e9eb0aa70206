import type { IncomingMessage, OutgoingMessage } from '../commands/ports/message-bus.ts'
import type { JoinTokenId } from '../domain/fleet/id.ts'
import type { JoinProof } from '../domain/guest/report.ts'
import { controlPlane, joinText, signatureOf, signedText, signMessage } from '../domain/guest/signed-message.ts'
import type { HostId } from '../domain/ids.ts'
import type { WallClock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { createSignatureCheck, type Signer } from '../kernel/signing.ts'
import type { Facts } from './journal/facts.ts'

/**
 * What a host comes to the control plane with. `proof`: signs that the host's key is to be let in. `controlKey`: what the control plane signs by. `tokenId`: of the join
 * token that both are from; null where they follow from the master key of the control plane, which this process has.
 */
export type JoinMeans = { readonly tokenId: JoinTokenId | null; readonly proof: Signer; readonly controlKey: string }

/** Why messages to this agent were dropped: nobody has signed them, or somebody else than the control plane. */
export type ChannelCounts = Readonly<Record<'unsigned' | 'wrong-signature', number>>
export const noChannelCounts: ChannelCounts = { unsigned: 0, 'wrong-signature': 0 }

/** All that the agent says is signed, and it does nothing that the control plane has not signed. */
export type Channel = {
  readonly signingKey: string
  /** What a registration shows beside the signature; null without means to join. */
  readonly join: JoinProof | null
  readonly sign: (message: OutgoingMessage) => OutgoingMessage
  /** True if the control plane has signed the message. Others are counted, and the first of each kind is logged. */
  readonly isGenuine: (message: IncomingMessage) => boolean
  /** Why nobody can tell this agent anything, and what to do; null when it knows the key of its control plane. */
  readonly problem: string | null
  /** True until the control plane has answered the join token. */
  readonly awaitsJoin: () => boolean
  /** The control plane has let the host in. */
  readonly joined: () => void
  readonly dropped: () => ChannelCounts
}

export type ChannelDeps = {
  readonly hostId: HostId
  readonly key: Signer
  /** Null: the host has joined before, or waits for somebody to give it a join token. */
  readonly join: JoinMeans | null
  readonly facts: Facts
  readonly clock: WallClock
  readonly log: Log
}

const controlKeyFact = 'control plane key'
const usedTokenFact = 'join token'
const sequenceFact = 'message sequence'

/** So many numbers are set aside at once, and skipped by the next start: writing each down would cost more than signing. */
const sequenceBlock = 600_000

const notJoined =
  'this host has not joined: make a join token with "coffer admin host join-token" and start the agent with it as COFFER_JOIN_TOKEN'

export const createChannel = ({ hostId, key, join, facts, clock, log }: ChannelDeps): Channel => {
  const isSignedBy = createSignatureCheck()
  const isNewToken = join !== null && join.tokenId !== null && facts.get(usedTokenFact) !== join.tokenId
  // The one that follows from the master key is the control plane's own; a token counts until it was used, and what it pinned from then on.
  const controlKey = join && (join.tokenId === null || isNewToken) ? join.controlKey : facts.get(controlKeyFact)
  let awaitsJoin = isNewToken
  let dropped = noChannelCounts
  let reserved = Number(facts.get(sequenceFact) ?? 0)
  let sequence = reserved

  /** Follows the time, and never goes back: not with the clock either, nor at a new start. */
  const nextSequence = (): number => {
    sequence = Math.max(sequence + 1, clock.now())
    if (sequence >= reserved) {
      reserved = sequence + sequenceBlock
      facts.set(sequenceFact, String(reserved))
    }
    return sequence
  }

  const drop = (reason: keyof ChannelCounts, { topic, offset }: IncomingMessage): false => {
    if (dropped[reason] === 0)
      log.error(
        { reason, topic, offset },
        'messages that the control plane has not signed are dropped; more are only counted',
      )
    dropped = { ...dropped, [reason]: dropped[reason] + 1 }
    return false
  }

  return {
    signingKey: key.publicKey,
    join: join && { tokenId: join.tokenId, proof: join.proof.sign(joinText(hostId, key.publicKey)) },
    sign: (message) => signMessage(message, { signer: hostId, sequence: nextSequence(), key }),
    isGenuine: (message) => {
      const signature = signatureOf(message)
      if (signature?.signer !== controlPlane) return drop('unsigned', message)
      const text = signedText(message, signature)
      if (controlKey !== null && isSignedBy(controlKey, text, signature.signature)) return true
      return drop('wrong-signature', message)
    },
    problem: controlKey === null ? notJoined : null,
    awaitsJoin: () => awaitsJoin,
    joined: () => {
      if (!isNewToken || !awaitsJoin) return
      awaitsJoin = false
      facts.set(controlKeyFact, join.controlKey)
      facts.set(usedTokenFact, join.tokenId ?? '')
    },
    dropped: () => dropped,
  }
}
