import { z } from 'zod'
import { cut } from '../../domain/values/text.ts'
import { badRequest, notHere, type RestFault } from '../fault.ts'
import type { Call, Json } from '../request.ts'
import type { Effectless } from './wish.ts'

/** UTC without a zone: with one the clients in Go cannot read it. */
export const timeOf = (iso: string): string => iso.slice(0, 19)

export const linksOf = ({ base, project }: Pick<Call, 'base' | 'project'>, kind: string, id: string): Json => [
  { rel: 'self', href: `${base}/v1.0/${project}/${kind}/${encodeURIComponent(id)}` },
  { rel: 'bookmark', href: `${base}/${kind}/${encodeURIComponent(id)}` },
]

/** A whole number, also as a text of digits: XML has nothing else. */
export const wholeNumber = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number),
])

/** Yes or no, also as Python writes it: XML has nothing else. */
export const flag = z.union([z.boolean(), z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })])

/** A reference by id, also as a number or as the address that ends with it. */
export const reference = z
  .union([z.string(), z.int().transform(String)])
  .transform((text) => text.slice(text.lastIndexOf('/') + 1))

/** The body as the schema has it. Throws 400 that names the place and what was expected, or 501 for what Coffer has not. Values are not quoted: they may be passwords. */
export const parseBody = <Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const effectless = issues.flatMap(effectlessIn)[0]
  if (effectless) throw effectless
  const [issue] = issues
  const place = issue?.path.join('.') ?? ''
  const problem = cut(issue?.message ?? 'not what was expected', 200)
  throw badRequest(
    body === null
      ? 'this call needs a body'
      : `the body is not as it must be: ${place === '' ? '' : `${place}: `}${problem}`,
    place || undefined,
  )
}

/** The refusal of each field that has no effect, also where one member of a union has said so. */
const effectlessIn = (issue: z.core.$ZodIssue): readonly RestFault[] => {
  if (issue.code === 'invalid_union')
    return issue.errors.flat().flatMap((inner) => effectlessIn({ ...inner, path: [...issue.path, ...inner.path] }))
  const how = issue.code === 'custom' ? (issue.params as Partial<Effectless> | undefined)?.effectless : undefined
  if (how === undefined) return []
  const fault = how === 'absent' ? notHere : badRequest
  return [fault(issue.message, issue.path.join('.'))]
}

const largestPage = 1000

/** `limit` and `marker`, as every list takes them. The page without a limit is long: clients look for names on the first one alone. */
export const pageOf = ({ query }: Call): { readonly first: number; readonly after?: string } => {
  const limit = query.get('limit')
  const marker = query.get('marker')
  if (limit !== null && !/^[1-9]\d{0,5}$/.test(limit)) {
    throw badRequest(`limit is a whole number from 1 to ${largestPage}`, 'limit')
  }
  return {
    first: Math.min(limit === null ? largestPage : Number(limit), largestPage),
    ...(marker !== null && marker !== '' && { after: marker }),
  }
}

/** Where the next page is: under the names that the clients in Python and in Go look for. `path`: below the project. */
export const nextLinks = (
  { base, project, query }: Call,
  path: string,
  noun: string,
  next: string | null,
): Record<string, Json> => {
  if (next === null) return {}
  const wanted = new URLSearchParams(query)
  wanted.set('marker', next)
  const links = [{ rel: 'next', href: `${base}/v1.0/${project}${path}?${wanted.toString()}` }]
  return { links, [`${noun}_links`]: links }
}
