import { badRequest, RestFault } from './fault.ts'
import type { Answered, RestAnswer, RestRequest } from './request.ts'
import { fromXml } from './xml/read.ts'
import { toXml } from './xml/write.ts'

export type Format = 'json' | 'xml'

const types: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'application/xml': 'xml',
  'application/vnd.openstack.trove+json': 'json',
  'application/vnd.openstack.trove+xml': 'xml',
}

/**
 * What the answer is written in: as a suffix of the path says, else as `Accept` prefers, else JSON. The suffix is taken off the path, where it stands behind
 * a collection or an id of ours: a user may be called `a.xml`.
 */
export const formatOf = (path: string, accept: string | null): { readonly format: Format; readonly path: string } => {
  const [, rest = path, suffix] = /^(.*\/(?:[a-z_]+|[0-9a-f-]{36}))\.(json|xml)$/.exec(path) ?? []
  if (suffix === 'json' || suffix === 'xml') return { format: suffix, path: rest }
  return { format: preferred(accept ?? ''), path }
}

const preferred = (accept: string): Format => {
  const wishes = accept.split(',').map((wish) => {
    const [type = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase())
    const [, quality = '1'] = parameters.map((parameter) => /^q=([\d.]+)$/.exec(parameter)).find(Boolean) ?? []
    return { format: Object.hasOwn(types, type) ? types[type] : undefined, quality: Number(quality) }
  })
  const [best] = wishes.filter(({ format, quality }) => format && quality > 0).toSorted((a, b) => b.quality - a.quality)
  return best?.format ?? 'json'
}

/** What was sent, by its `Content-Type`; null for nothing. Throws 400 and 415. */
export const readBody = async ({ readBody: read, header }: RestRequest): Promise<unknown> => {
  const body = await read()
  if (body.trim() === '') return null
  const [given = ''] = (header('content-type') ?? '').split(';')
  const type = given.trim().toLowerCase()
  const format = Object.hasOwn(types, type) ? types[type] : undefined
  if (format === 'xml') return fromXml(body)
  if (format === 'json') return parseJson(body)
  throw new RestFault(415, `bodies are taken as ${Object.keys(types).join(', ')}, not as "${type.slice(0, 80)}"`)
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // What the parser says quotes the body, passwords and all.
    throw badRequest('the body is not JSON')
  }
}

const idHeaders = ['X-Openstack-Request-Id', 'X-Request-Id']

export const writeAnswer = (
  { status, headers = {}, body }: RestAnswer,
  format: Format,
  requestId: string,
): Answered => ({
  status,
  headers: {
    ...headers,
    ...Object.fromEntries(idHeaders.map((name) => [name, requestId])),
    ...(body && { 'Content-Type': format === 'xml' ? 'application/xml' : 'application/json' }),
  },
  text: body === undefined ? '' : format === 'xml' ? toXml(body) : `${JSON.stringify(body)}\n`,
})
