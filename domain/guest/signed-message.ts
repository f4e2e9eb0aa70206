import type { HostId } from '../ids.ts'

/** What a signature is over, beside the header that names the signer. */
type Message = { readonly topic: string; readonly key: string; readonly value: string }
type Headers = Readonly<Record<string, string>>

/** Who the control plane is among those that sign. */
export const controlPlane = 'control-plane'

const names = { signer: 'coffer-signer', sequence: 'coffer-sequence', signature: 'coffer-signature' } as const

/** `sequence`: of the signer, rises with every message that it signs. `signature`: Ed25519, base64url. */
export type Signature = { readonly signer: string; readonly sequence: number; readonly signature: string }

/** The same message, signed by `signer`, which is a host's id or the control plane. */
export const signMessage = <T extends Message & { readonly headers?: Headers }>(
  message: T,
  by: {
    readonly signer: string
    readonly sequence: number
    readonly key: { readonly sign: (text: string) => string }
  },
): T & { readonly headers: Headers } => ({
  ...message,
  headers: {
    ...message.headers,
    [names.signer]: by.signer,
    [names.sequence]: String(by.sequence),
    [names.signature]: by.key.sign(signedText(message, by)),
  },
})

/** The signature that a message comes with; null where it has none. */
export const signatureOf = ({ headers }: { readonly headers: Headers }): Signature | null => {
  const { [names.signer]: signer, [names.sequence]: sequence = '', [names.signature]: signature } = headers
  if (signer === undefined || signature === undefined || !/^\d{1,15}$/.test(sequence)) return null
  return { signer, sequence: Number(sequence), signature }
}

/** The exact bytes of the message, and all that says where it belongs. What comes before them is one line. */
export const signedText = (
  { topic, key, value }: Message,
  { signer, sequence }: Pick<Signature, 'signer' | 'sequence'>,
): string => `${JSON.stringify(['coffer message 1', topic, key, signer, sequence])}\n${value}`

/** What whoever has a join token signs with it: that this key is to be the host's. */
export const joinText = (hostId: HostId, signingKey: string): string =>
  JSON.stringify(['coffer join 1', hostId, signingKey])
