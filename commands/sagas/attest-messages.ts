import type { z } from 'zod'
import { type Signature, signatureOf, signedText } from '../../domain/guest/signed-message.ts'
import { type HostState, host, hostStream } from '../../domain/host/index.ts'
import { type HostId, hostIdSchema } from '../../domain/ids.ts'
import type { Directory } from '../directory.ts'
import type { Handler } from '../handle.ts'
import { UnreadableHistory } from '../history.ts'
import { type IncomingMessage, PoisonMessage } from '../ports/message-bus.ts'
import type { ControlChannel } from '../secrets/control-channel.ts'
import type { Distrust } from './distrust.ts'
import { parseMessage } from './parse-message.ts'

/**
 * Who stands behind a message. `host`: it is signed by the key of its host. `before-signing`: the host is known and has no key yet, so that its agent is, or just was,
 * of before messages were signed. `stranger`: it is signed by the key that it names itself, which is not its host's.
 */
export type Attested<T> = {
  readonly value: T
  readonly hostId: HostId
  readonly by: 'host' | 'before-signing' | 'stranger'
  readonly signature: Signature | null
}

export type AttestDependencies = {
  readonly handler: Pick<Handler, 'load'>
  readonly directory: Pick<Directory, 'host'>
  readonly channel: Pick<ControlChannel, 'isSignedBy'>
  readonly distrust: Distrust
}

/** `ownKeyOf`: the key that the message itself names; null for a message that only a known host may send. */
export type Statement<T> = {
  readonly schema: z.ZodType<T>
  readonly hostOf: (value: T) => HostId
  readonly ownKeyOf: (value: T) => string | null
}

export type AttestMessage = <T>(message: IncomingMessage, statement: Statement<T>) => Promise<Attested<T> | null>

const keyOf = (state: HostState): string | null => (state.status === 'UNREGISTERED' ? null : state.channel.signingKey)

/**
 * Says of a message from an agent who stands behind it; null for one that was dropped. What is signed by its host and makes no sense is poison, as newer agents say
 * things that this control plane does not understand.
 */
export const createAttestation = ({ handler, directory, channel, distrust }: AttestDependencies): AttestMessage => {
  /** As far as its history can be read: what comes behind changes no key, or is there to be mended. */
  const loadHost = async (hostId: HostId): Promise<HostState> => {
    try {
      return (await handler.load(host, hostStream(hostId))).state
    } catch (error) {
      const before = error instanceof UnreadableHistory ? (error.before as { readonly state: HostState } | null) : null
      if (before && keyOf(before.state) !== null) return before.state
      throw error
    }
  }

  /** By its directory first, which may be a moment old. */
  const stateOf = async (hostId: HostId, fits: (state: HostState) => boolean): Promise<HostState> => {
    const known = directory.host(hostId)
    return fits(known) ? known : loadHost(hostId)
  }

  return async (message, { schema, hostOf, ownKeyOf }) => {
    const { topic, key, partition, offset } = message
    const place = { topic, key, partition, offset }
    const signature = signatureOf(message)
    const signer = hostIdSchema.safeParse(signature?.signer)
    const text = signature ? signedText(message, signature) : ''
    const isBy = (publicKey: string | null): boolean =>
      publicKey !== null && signature !== null && channel.isSignedBy(publicKey, text, signature.signature)

    if (signature && signer.success) {
      const hostId = signer.data
      const state = await stateOf(hostId, (each) => isBy(keyOf(each)))
      if (isBy(keyOf(state))) {
        const value = parseMessage(message, schema)
        if (hostOf(value) === hostId) return { value, hostId, by: 'host', signature }
        distrust.drop('another-host', { ...place, signer: hostId, says: hostOf(value) })
        return null
      }
      const value = tryParse(message, schema)
      const isOfSigner = value !== null && hostOf(value) === hostId
      if (isOfSigner && isBy(ownKeyOf(value))) return { value, hostId, by: 'stranger', signature }
      if (isOfSigner && isFromBefore(state)) return { value, hostId, by: 'before-signing', signature: null }
      distrust.drop(keyOf(state) === null ? 'unknown-host' : 'wrong-signature', { ...place, hostId })
      return null
    }
    const value = tryParse(message, schema)
    if (value !== null) {
      const hostId = hostOf(value)
      const state = await stateOf(hostId, (each) => keyOf(each) !== null)
      if (isFromBefore(state)) return { value, hostId, by: 'before-signing', signature: null }
    }
    distrust.drop('unsigned', place)
    return null
  }
}

const isFromBefore = (state: HostState): boolean => state.status !== 'UNREGISTERED' && keyOf(state) === null

const tryParse = <T>(message: IncomingMessage, schema: z.ZodType<T>): T | null => {
  try {
    return parseMessage(message, schema)
  } catch (error) {
    if (error instanceof PoisonMessage) return null
    throw error
  }
}
