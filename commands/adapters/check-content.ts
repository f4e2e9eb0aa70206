import { createHash } from 'node:crypto'
import { BackupStoreError, type ObjectKey, type PutResult } from '../ports/backup-store.ts'

/** Passes a stream on, and knows afterwards what went through. */
export const measured = (content: AsyncIterable<Uint8Array>) => {
  const hash = createHash('sha256')
  let bytes = 0
  const through = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of content) {
      hash.update(chunk)
      bytes += chunk.byteLength
      yield chunk
    }
  }
  return { content: through(), result: (): PutResult => ({ bytes, sha256: hash.digest('hex') }) }
}

/** Passes an object on, and throws `DAMAGED` at its end where its content is another. */
export const checked = async function* (
  key: ObjectKey,
  content: AsyncIterable<Uint8Array>,
  sha256: string,
): AsyncGenerator<Uint8Array> {
  const { content: through, result } = measured(content)
  yield* through
  const found = result()
  if (found.sha256 === sha256) return
  throw new BackupStoreError(
    'DAMAGED',
    `the object ${key} is not what was stored: its ${found.bytes} bytes have the SHA-256 ${found.sha256}, not ${sha256}`,
  )
}

/** For an object that is there already: the same content is the same put. Throws `CONFLICT` for another. */
export const assertSame = async (
  key: ObjectKey,
  stored: AsyncIterable<Uint8Array>,
  { bytes, sha256 }: PutResult,
): Promise<void> => {
  const { content, result } = measured(stored)
  for await (const _ of content);
  const found = result()
  if (found.sha256 === sha256) return
  throw new BackupStoreError(
    'CONFLICT',
    `the object ${key} exists with other content (${found.bytes} bytes, not ${bytes}): objects are never overwritten`,
  )
}
