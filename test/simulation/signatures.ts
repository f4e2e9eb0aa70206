import type { CheckSignature, Signer } from '../../kernel/signing.ts'

/** Of the latest messages: a message is late by seconds at most. */
const mostKnown = 5000

/**
 * What was signed in this world is known to be so and need not be worked out again, for each of those who read a message and each time that it is given. Whatever
 * else claims to be signed is verified.
 */
export type KnownSignatures = {
  readonly keeping: (signer: Signer) => Signer
  readonly knowing: (verify: CheckSignature) => CheckSignature
}

export const createKnownSignatures = (): KnownSignatures => {
  const known = new Map<string, { readonly publicKey: string; readonly text: string }>()
  return {
    keeping: (signer) => ({
      ...signer,
      sign: (text) => {
        const signature = signer.sign(text)
        known.set(signature, { publicKey: signer.publicKey, text })
        const [oldest] = known.keys()
        if (known.size > mostKnown && oldest !== undefined) known.delete(oldest)
        return signature
      },
    }),
    knowing: (verify) => (publicKey, text, signature) => {
      const signed = known.get(signature)
      return (signed?.publicKey === publicKey && signed.text === text) || verify(publicKey, text, signature)
    },
  }
}
