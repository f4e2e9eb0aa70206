/**
 * Words of letters, digits, `.`, `_`, `-`, `=`, parted by `/`; none begins with a dot. At most 512 characters. No object stands where another has a
 * folder: `a` and `a/b` cannot both be.
 */
export type ObjectKey = string

/** `sha256`: hex. */
export type PutResult = { readonly bytes: number; readonly sha256: string }

export type StoredObject = { readonly key: ObjectKey; readonly bytes: number }

/** Which bytes: from the first on, without `to`. */
export type ByteRange = { readonly from: number; readonly to?: number }

export type BackupStoreFault = 'NOT_FOUND' | 'CONFLICT' | 'DAMAGED' | 'REFUSED' | 'UNAVAILABLE'

/**
 * Thrown by any method.
 * `NOT_FOUND`: there is no such object. `CONFLICT`: there is one with other content, and objects are never overwritten. `DAMAGED`: what was read is not
 * what was stored. `REFUSED`: the store does not accept the key, the credentials or the bucket; a repeat fails the same way. `UNAVAILABLE`: it cannot be
 * reached, is out of room or failed several times in a row; the same call may succeed later.
 */
export class BackupStoreError extends Error {
  override readonly name = 'BackupStoreError'
  readonly code: BackupStoreFault
  constructor(code: BackupStoreFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Where backups are kept. Every adapter passes `test/contracts/backup-store.contract.ts`. */
export interface BackupStore {
  /**
   * Stores a stream as one object, which appears whole or not at all. Objects are written once: where there is one, the same content is the same
   * put, and other content throws `CONFLICT`. Holds a few MiB in memory, however long the stream is. What a put that failed has left behind is
   * removed, at the latest by the store's own housekeeping.
   */
  put(key: ObjectKey, content: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<PutResult>
  /** The content, read on while it is taken. With `sha256` of the whole object, it ends with `DAMAGED` where the content is another; needs no range. */
  get(key: ObjectKey, options?: GetOptions): AsyncIterable<Uint8Array>
  /** Null where there is none. */
  head(key: ObjectKey): Promise<StoredObject | null>
  /** All objects whose keys begin so, in the order of their keys. */
  list(prefix: string): AsyncIterable<StoredObject>
  /** Deletes these objects. What is not there is fine. */
  remove(keys: readonly ObjectKey[]): Promise<void>
  close(): Promise<void>
}

export type GetOptions = {
  readonly range?: ByteRange
  readonly sha256?: string
  readonly signal?: AbortSignal
}

const wellFormed = /^[\w=-][\w.=-]*(\/[\w=-][\w.=-]*)*$/

/** Throws `REFUSED` for what is no key. */
export const assertObjectKey = (key: ObjectKey): void => {
  if (key.length <= 512 && wellFormed.test(key)) return
  throw new BackupStoreError(
    'REFUSED',
    `"${key.slice(0, 80)}" is no key of an object: words of letters, digits, ".", "_", "-" and "=" are, parted by "/", of at most 512 characters`,
  )
}
