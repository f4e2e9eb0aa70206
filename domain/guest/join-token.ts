import { type JoinTokenId, parseJoinTokenId } from '../fleet/id.ts'

/** `secret`: 32 random bytes, base64url. `controlKey`: the public key that the control plane signs by, so that the host knows it from the start. */
export type JoinToken = { readonly tokenId: JoinTokenId; readonly secret: string; readonly controlKey: string }

export const formatJoinToken = ({ tokenId, secret, controlKey }: JoinToken): string =>
  `coffer_join_${tokenId}_${secret}_${controlKey}`

const pattern = /^coffer_join_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([A-Za-z0-9_-]{43})_([A-Za-z0-9_-]{43})$/

/** Null for any other text. */
export const tryJoinToken = (text: string): JoinToken | null => {
  const [, tokenId, secret, controlKey] = pattern.exec(text) ?? []
  if (tokenId === undefined || secret === undefined || controlKey === undefined) return null
  return { tokenId: parseJoinTokenId(tokenId), secret, controlKey }
}

/** What the key of a join token is derived for. */
export const joinTokenPurpose = 'coffer join token'
