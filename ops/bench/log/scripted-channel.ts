import type { OutgoingMessage } from '../../../commands/ports/message-bus.ts'
import { ownJoinSigner } from '../../../commands/secrets/control-channel.ts'
import type { MasterKey } from '../../../commands/secrets/master-key.ts'
import type { JoinTokenId } from '../../../domain/fleet/id.ts'
import { joinTokenPurpose, tryJoinToken } from '../../../domain/guest/join-token.ts'
import type { JoinProof } from '../../../domain/guest/report.ts'
import { joinText, signMessage } from '../../../domain/guest/signed-message.ts'
import type { HostId } from '../../../domain/ids.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { deriveSigner, type Signer } from '../../../kernel/signing.ts'

/** What lets a scripted agent in: its `proof` signs the host's key. */
export type JoinBy = {
  readonly tokenId: JoinTokenId | null
  readonly proof: Signer
  /** What the host's key follows from; its id if absent. */
  readonly secret?: string
}

export const joinByMasterKey = (masterKey: MasterKey): JoinBy => ({ tokenId: null, proof: ownJoinSigner(masterKey) })

/** `text`: as an administrator is shown it. */
export const joinByToken = (text: string): JoinBy => {
  const token = tryJoinToken(text)
  if (token === null) throw new Error('that is no join token')
  return { tokenId: token.tokenId, proof: deriveSigner(token.secret, joinTokenPurpose) }
}

/** What a scripted agent signs with. */
export type ScriptedChannel = {
  readonly signingKey: string
  readonly join: JoinProof
  readonly sign: (message: OutgoingMessage) => OutgoingMessage
}

/** The same key for a host every time: an agent may come again. */
export const createScriptedChannel = (hostId: HostId, { tokenId, proof, secret = hostId }: JoinBy): ScriptedChannel => {
  const key = deriveSigner(secret, 'scripted agent')
  let sequence = 0
  return {
    signingKey: key.publicKey,
    join: { tokenId, proof: proof.sign(joinText(hostId, key.publicKey)) },
    sign: (message) => {
      sequence = Math.max(sequence + 1, systemClock.now())
      return signMessage(message, { signer: hostId, sequence, key })
    },
  }
}
