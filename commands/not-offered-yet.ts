/** Thrown by a dispatch that needs something which a host has registered with and which is not on offer yet. The same request may succeed soon. */
export class NotOfferedYet extends Error {
  override readonly name = 'NotOfferedYet'
  readonly code = 'NOT_OFFERED_YET'
}
