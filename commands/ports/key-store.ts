/**
 * Keys that are wrapped by the master key, by their subjects: letters, digits and dashes. Kept in the store of the log itself, so that who puts that back from a
 * copy puts both back, and where followers of the log do not see them. What a wrapped key says without the master key is nothing. Throws `EventStoreUnavailable`.
 * Every adapter passes `test/contracts/wrapped-keys.contract.ts`.
 */
export interface WrappedKeys {
  /** Null where there is none. */
  get(subject: string): Promise<string | null>
  /** Keeps it unless there is one already. Answers the one that is there then. */
  add(subject: string, wrapped: string): Promise<string>
  /** What is not there is fine. A subject whose key was removed can have another one. */
  remove(subject: string): Promise<void>
}

/** Thrown for a key that the master key of this process does not unwrap. */
export class KeyUnreadable extends Error {
  override readonly name = 'KeyUnreadable'
  readonly code = 'KEY_UNREADABLE'
}

/** Data keys, 32 random bytes each: what is encrypted by one can be read as long as it is kept. Throws `EventStoreUnavailable` and `KeyUnreadable`. */
export interface KeyStore {
  /** The key of the subject, made where there is none. */
  ensure(subject: string): Promise<Uint8Array>
  /** Null where there is none, or not any more. */
  find(subject: string): Promise<Uint8Array | null>
  /** What was encrypted by it is erased with that. What is not there is fine. */
  remove(subject: string): Promise<void>
}
