import { createHash } from 'node:crypto'
import type { BackOffDeps } from '../../../kernel/back-off.ts'
import {
  assertObjectKey,
  type BackupStore,
  BackupStoreError,
  type ByteRange,
  type ObjectKey,
  type PutResult,
  type StoredObject,
} from '../../ports/backup-store.ts'
import { assertSame, checked, measured } from '../check-content.ts'
import { createS3Client, reasonOf, type S3Client, type S3Settings } from './client.ts'
import { inParts } from './parts.ts'
import { elementsOf, escapeXml, parseXml, textOf } from './xml.ts'

export type S3BackupSettings = S3Settings & {
  /** What all keys begin with in the bucket: empty, or with a slash at its end. */
  readonly prefix: string
}

/** A bucket of an S3-compatible store, or what is under one prefix of it. Every part is sent with its SHA-256, which the store checks. */
export const createS3BackupStore = ({ prefix, ...settings }: S3BackupSettings, deps: BackOffDeps): BackupStore => {
  const request = createS3Client(settings, deps)
  const nameOf = (key: ObjectKey): string => {
    assertObjectKey(key)
    return `${prefix}${key}`
  }

  const head = async (key: ObjectKey, signal?: AbortSignal): Promise<StoredObject | null> => {
    const answer = await request({ method: 'HEAD', key: nameOf(key), signal })
    if (answer.status === 404) return null
    if (!answer.ok) throw await unexpected(answer)
    return { key, bytes: Number(answer.headers.get('content-length')) }
  }

  /** Read on where the connection was cut, as long as it gets on. */
  const read = async function* (key: ObjectKey, range: ByteRange, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const found = await head(key, signal)
    if (found === null) throw new BackupStoreError('NOT_FOUND', `there is no object ${key}`)
    const end = Math.min(found.bytes - 1, range.to ?? Number.POSITIVE_INFINITY)
    let at = range.from
    for (let cuts = 0; at <= end; ) {
      const headers = { range: `bytes=${at}-${end}` }
      const answer = await request({ method: 'GET', key: nameOf(key), headers, signal })
      if (!answer.ok || answer.body === null) throw await unexpected(answer)
      try {
        for await (const chunk of answer.body) {
          yield chunk
          at += chunk.byteLength
          cuts = 0
        }
        if (at <= end) throw new Error('the answer ended early')
      } catch (error) {
        signal?.throwIfAborted()
        cuts += 1
        if (cuts > maxCuts) {
          throw new BackupStoreError(
            'UNAVAILABLE',
            `the object ${key} was cut off ${cuts} times in a row at byte ${at}`,
            {
              cause: error,
            },
          )
        }
      }
    }
  }

  const put = async (key: ObjectKey, content: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<PutResult> => {
    const name = nameOf(key)
    const { content: through, result } = measured(content)
    const parts = inParts(through)
    const first = (await parts.next()).value
    if (!first) throw new Error('a stream has at least one part')
    const second = await parts.next()
    const isNew = second.done
      ? await putWhole(request, name, first, signal)
      : await putInParts(request, name, [first, second.value], parts, signal, async () => (await head(key)) === null)
    const written = result()
    if (!isNew) await assertSame(key, read(key, { from: 0 }, signal), written)
    return written
  }

  const list = async function* (keyPrefix: string): AsyncGenerator<StoredObject> {
    for (let token = ''; ; ) {
      const query = { 'list-type': '2', prefix: `${prefix}${keyPrefix}`, ...(token && { 'continuation-token': token }) }
      const answer = await request({ method: 'GET', key: '', query })
      if (!answer.ok) throw await unexpected(answer)
      const page = parseXml(await answer.text())
      for (const each of elementsOf(page, 'Contents')) {
        yield { key: textOf(each, 'Key').slice(prefix.length), bytes: Number(textOf(each, 'Size')) }
      }
      token = textOf(page, 'NextContinuationToken')
      if (textOf(page, 'IsTruncated') !== 'true') return
    }
  }

  return {
    put,
    get: (key, { range = { from: 0 }, sha256, signal } = {}) => {
      const content = read(key, range, signal)
      return sha256 === undefined ? content : checked(key, content, sha256)
    },
    head: (key) => head(key),
    list,
    remove: async (keys) => {
      const names = keys.map(nameOf)
      for (let at = 0; at < names.length; at += removedAtOnce)
        await removeAll(request, names.slice(at, at + removedAtOnce))
    },
    close: async () => {},
  }
}

const maxCuts = 5

/** Where the store knows the condition, an object is never overwritten, also by a put at the same time. */
const onlyNew = { 'if-none-match': '*' }
const exists = 412

/** False where there is an object already. */
const putWhole = async (
  request: S3Client,
  name: string,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal | undefined,
): Promise<boolean> => {
  const answer = await request({ method: 'PUT', key: name, headers: onlyNew, body, signal })
  if (answer.status === exists) return false
  if (!answer.ok) throw await unexpected(answer)
  return true
}

/** As `putWhole`, for what is longer than a part. `isAbsent` is asked before it is completed, for stores that do not know the condition there. */
const putInParts = async (
  request: S3Client,
  name: string,
  begun: readonly Uint8Array<ArrayBuffer>[],
  rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal | undefined,
  isAbsent: () => Promise<boolean>,
): Promise<boolean> => {
  const opened = await request({ method: 'POST', key: name, query: { uploads: '' }, signal })
  if (!opened.ok) throw await unexpected(opened)
  const uploadId = textOf(parseXml(await opened.text()), 'UploadId')
  const abort = () => request({ method: 'DELETE', key: name, query: { uploadId } })
  try {
    const tags: string[] = []
    const send = async (body: Uint8Array<ArrayBuffer>): Promise<void> => {
      const query = { partNumber: String(tags.length + 1), uploadId }
      const answer = await request({ method: 'PUT', key: name, query, body, signal })
      if (!answer.ok) throw await unexpected(answer)
      await answer.body?.cancel()
      tags.push(answer.headers.get('etag') ?? '')
    }
    for (const part of begun) await send(part)
    for await (const part of rest) await send(part)
    if (!(await isAbsent())) {
      await abort()
      return false
    }
    return await complete(request, name, uploadId, tags, signal)
  } catch (error) {
    await abort().catch(() => {})
    throw error
  }
}

const complete = async (
  request: S3Client,
  name: string,
  uploadId: string,
  tags: readonly string[],
  signal: AbortSignal | undefined,
): Promise<boolean> => {
  const parts = tags.map((tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
  const body = new TextEncoder().encode(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`)
  const answer = await request({ method: 'POST', key: name, query: { uploadId }, headers: onlyNew, body, signal })
  // Where the upload is not known any more, an earlier try has completed it and its answer was lost.
  if (answer.status === exists || answer.status === 404) return false
  if (!answer.ok) throw await unexpected(answer)
  // A failure after the first bytes of the answer comes with status 200.
  const text = await answer.text()
  if (parseXml(text)?.localName === 'Error') throw await unexpected(new Response(text, { status: 500 }))
  return true
}

const removedAtOnce = 1000

const removeAll = async (request: S3Client, names: readonly string[]): Promise<void> => {
  // A name is a key, which needs no escaping in XML, behind a prefix that an operator chose.
  const objects = names.map((name) => `<Object><Key>${escapeXml(name)}</Key></Object>`)
  const body = new TextEncoder().encode(`<Delete>${objects.join('')}<Quiet>true</Quiet></Delete>`)
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  const answer = await request({ method: 'POST', key: '', query: { delete: '' }, headers, body })
  if (!answer.ok) throw await unexpected(answer)
  const text = await answer.text()
  const [failed] = elementsOf(parseXml(text), 'Error')
  if (!failed) return
  const [key, code] = [textOf(failed, 'Key'), textOf(failed, 'Code')]
  throw new BackupStoreError('UNAVAILABLE', `the object store does not delete ${key}: ${code}`)
}

const unexpected = async (answer: Response): Promise<BackupStoreError> =>
  new BackupStoreError('UNAVAILABLE', `the object store answers with ${await reasonOf(answer)}`)
