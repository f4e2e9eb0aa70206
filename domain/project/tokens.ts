import type { TokenId } from '../token/id.ts'
import { hasPassed } from '../values/time.ts'

/** `heldUntil`: null once the token was issued. */
export type TokenHold = {
  readonly tokenId: TokenId
  readonly ancestors: readonly TokenId[]
  readonly expiresAt: string | null
  readonly heldUntil: string | null
}

/** Those that count no more: expired, or held for a request that was cut off. */
export const endedBy = (holds: readonly TokenHold[], now: string): readonly TokenId[] =>
  holds
    .filter(({ expiresAt, heldUntil }) => [expiresAt, heldUntil].some((time) => time !== null && hasPassed(time, now)))
    .map(({ tokenId }) => tokenId)

export const isTokenHeld = (holds: readonly TokenHold[], tokenId: TokenId): boolean =>
  holds.some((hold) => hold.tokenId === tokenId)

export const holdToken = (
  holds: readonly TokenHold[],
  hold: TokenHold,
  ended: readonly TokenId[],
): readonly TokenHold[] => [
  ...holds.filter(({ tokenId }) => tokenId !== hold.tokenId && !ended.includes(tokenId)),
  hold,
]

export const confirmToken = (holds: readonly TokenHold[], tokenId: TokenId): readonly TokenHold[] =>
  holds.map((hold) => (hold.tokenId === tokenId ? { ...hold, heldUntil: null } : hold))

export const releaseToken = (holds: readonly TokenHold[], released: TokenId): readonly TokenHold[] =>
  holds.filter(({ tokenId, ancestors }) => tokenId !== released && !ancestors.includes(released))
