import { createHash } from 'node:crypto'
import { AwsClient } from 'aws4fetch'
import { type BackOffDeps, createBackOff } from '../../../kernel/back-off.ts'
import { BackupStoreError } from '../../ports/backup-store.ts'
import { parseXml, textOf } from './xml.ts'

export type S3Settings = {
  /** Of the bucket: `https://bucket.s3.eu-central-1.amazonaws.com` or `http://127.0.0.1:9000/bucket`. No slash at its end. */
  readonly url: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export type S3Request = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD'
  /** Within the bucket; empty for the bucket itself. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer>
  readonly signal?: AbortSignal | undefined
}

/**
 * Sends one request, again after failures that may pass, and answers with whatever status is none of those. Throws `UNAVAILABLE` where it fails several
 * times in a row, and `REFUSED` for credentials or a bucket that are not accepted.
 */
export type S3Client = (request: S3Request) => Promise<Response>

const attempts = 6
const backOffBounds = { firstMs: 200, maxMs: 10_000 }
/** A part of 8 MiB at 0.5 Mbit/s. */
const requestTimeoutMs = 130_000
const mayPass = new Set([408, 409, 429, 500, 502, 503, 504])
const refused = new Set([301, 400, 401, 403])

export const createS3Client = (settings: S3Settings, deps: BackOffDeps): S3Client => {
  const { accessKeyId, secretAccessKey, region, url } = settings
  // Tries are counted here, for what is cut off on the way as well.
  const aws = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 })

  const send = async ({ method, key, query = {}, headers, body, signal }: S3Request): Promise<Response> => {
    const path = key.split('/').map(encodeURIComponent).join('/')
    const address = new URL(`${url}/${path}`)
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
    const own = AbortSignal.timeout(requestTimeoutMs)
    return aws.fetch(address, {
      method,
      headers: { ...headers, ...(body && { 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') }) },
      ...(body && { body }),
      signal: signal ? AbortSignal.any([signal, own]) : own,
      redirect: 'manual',
    })
  }

  return async (request) => {
    const { signal } = request
    const backOff = createBackOff(deps, backOffBounds)
    for (;;) {
      signal?.throwIfAborted()
      const answer = await send(request).catch((error: unknown) => error)
      signal?.throwIfAborted()
      if (answer instanceof Response && !mayPass.has(answer.status)) {
        if (refused.has(answer.status)) throw await refusal(answer)
        return answer
      }
      const reason = answer instanceof Response ? await reasonOf(answer) : causeOf(answer)
      if (backOff.failures() + 1 === attempts) {
        const { origin } = new URL(url)
        throw new BackupStoreError('UNAVAILABLE', `${origin} failed ${attempts} times in a row: ${reason}`, {
          cause: answer,
        })
      }
      await backOff.wait(signal ?? never)
    }
  }
}

const never = new AbortController().signal

const refusal = async (answer: Response): Promise<BackupStoreError> =>
  new BackupStoreError('REFUSED', `the object store refuses: ${await reasonOf(answer)}`)

/** What the store says of a failure. */
export const reasonOf = async (answer: Response): Promise<string> => {
  const body = await answer.text().catch(() => '')
  const error = parseXml(body)
  const [code, message] = [textOf(error, 'Code'), textOf(error, 'Message')]
  return [`status ${answer.status}`, code, message].filter((part) => part !== '').join(', ')
}

const causeOf = (error: unknown): string => {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
