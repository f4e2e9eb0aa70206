import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import { controlPlane, signMessage } from '../../domain/guest/signed-message.ts'
import { createSignatureCheck, deriveSigner } from '../../kernel/signing.ts'
import type { IncomingMessage, OutgoingMessage } from '../ports/message-bus.ts'
import type { MasterKey } from './master-key.ts'

/**
 * What the control plane has to be believed by: all of it follows from the master key, so it is the same in each of its processes. Agents verify by public key;
 * what the control plane says to itself is sealed with a key that it alone has, which costs a tenth.
 */
export type ControlChannel = {
  /** What agents verify by: Ed25519, base64url. */
  readonly publicKey: string
  /** Who holds the master key lets itself in as a host by the private half of this one. */
  readonly ownJoinKey: string
  /** Signed for an agent. */
  readonly sign: (message: OutgoingMessage) => SignedMessage
  /** Sealed for another process of the control plane. */
  readonly seal: (message: OutgoingMessage) => SignedMessage
  readonly isSealed: (message: Pick<IncomingMessage, 'topic' | 'key' | 'value' | 'headers'>) => boolean
  readonly isSignedBy: ReturnType<typeof createSignatureCheck>
}

type SignedMessage = OutgoingMessage & { readonly headers: Readonly<Record<string, string>> }

const sealHeader = 'coffer-seal'
const ownJoinPurpose = 'coffer own host'

/** The key by which a process that has the master key lets its own host in, without a join token. */
export const ownJoinSigner = (masterKey: MasterKey) => deriveSigner(masterKey, ownJoinPurpose)

/** The key that agents verify commands by. */
export const controlSigner = (masterKey: MasterKey) => deriveSigner(masterKey, 'coffer control plane')

export const createControlChannel = (masterKey: MasterKey): ControlChannel => {
  const key = controlSigner(masterKey)
  // As a key of its own kind it costs a quarter of what the bytes cost.
  const sealKey = createSecretKey(masterKey)
  const sealOf = ({ topic, key: messageKey, value }: Pick<OutgoingMessage, 'topic' | 'key' | 'value'>): Buffer =>
    createHmac('sha256', sealKey)
      .update(`coffer seal 1\u0000${JSON.stringify([topic, messageKey])}\n${value}`)
      .digest()
  return {
    publicKey: key.publicKey,
    ownJoinKey: ownJoinSigner(masterKey).publicKey,
    sign: (message) => signMessage(message, { signer: controlPlane, sequence: 0, key }),
    seal: (message) => ({
      ...message,
      headers: { ...message.headers, [sealHeader]: sealOf(message).toString('base64url') },
    }),
    isSealed: (message) => {
      const seal = Buffer.from(message.headers[sealHeader] ?? '', 'base64url')
      const wanted = sealOf(message)
      return seal.length === wanted.length && timingSafeEqual(seal, wanted)
    },
    isSignedBy: createSignatureCheck(),
  }
}
