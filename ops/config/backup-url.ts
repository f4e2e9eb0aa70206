import { isAbsolute } from 'node:path'
import { z } from 'zod'
import type { Value } from './values.ts'

/** Where backups are kept. `url` of a bucket: where requests for it go, without a slash at its end. `prefix`: empty, or with a slash at its end. */
export type BackupPlace =
  | { readonly kind: 'none' }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 's3'; readonly url: string; readonly region: string; readonly prefix: string }

/** `none`, the absolute path of a directory, or `s3://bucket/prefix?endpoint=...&region=...`. Null for anything else. */
const tryBackupUrl = (text: string): BackupPlace | null => {
  if (text === 'none') return { kind: 'none' }
  if (isAbsolute(text)) return { kind: 'directory', path: text }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.protocol !== 's3:' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.host)) return null
  const given = [...url.searchParams.keys()]
  if (given.some((name) => name !== 'endpoint' && name !== 'region') || url.username || url.password) return null
  const region = url.searchParams.get('region') ?? 'us-east-1'
  const endpoint = url.searchParams.get('endpoint')
  if (endpoint !== null && !/^https?:\/\/[^/?#@]+\/?$/.test(endpoint)) return null
  const folder = url.pathname.replace(/^\/+|\/+$/g, '')
  if (!/^([\w.=-]+(\/[\w.=-]+)*)?$/.test(folder)) return null
  return {
    kind: 's3',
    url:
      endpoint === null
        ? `https://${url.host}.s3.${region}.amazonaws.com`
        : `${endpoint.replace(/\/$/, '')}/${url.host}`,
    region,
    prefix: folder === '' ? '' : `${folder}/`,
  }
}

export const backupPlace: Value<BackupPlace> = {
  schema: z.string().transform((text, context) => {
    const place = tryBackupUrl(text)
    if (place !== null) return place
    context.addIssue('not a place for backups')
    return z.NEVER
  }),
  accepts: 'none, the absolute path of a directory, or s3://bucket[/prefix][?endpoint=https://host[:port]&region=name]',
}
