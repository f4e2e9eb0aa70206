import type { z } from 'zod'
import type { Gives } from './gives.ts'
import type { Call, RestAnswer } from './request.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who may call: everybody, whoever has a token for the project of the path, or administrators. */
export type Access = 'open' | 'project' | 'admin'

/** What a query string may have, and what it is for. */
export const queryNames = {
  limit: 'How many are shown at most: 1 to 1,000.',
  marker: 'Where the page begins: `links` of the one before says it.',
  instance_id: 'The instance that is meant, by its id or its name.',
  project_id: 'The project that is meant; all where it is left out.',
  deleted: 'Whether those that were deleted are shown too.',
  include_certificate: 'Whether the certificate is shown as PEM.',
} as const
export type QueryName = keyof typeof queryNames

/** Of every list that has pages. */
export const paging = ['limit', 'marker'] as const satisfies readonly QueryName[]

/**
 * One call of the API. `path`: below `/v1.0/{project}`, for an open one from the root on, with `{name}` where a value stands. `serves`: the commands of
 * `openstack` that need it. `takes`: the body, where it has one. `gives`: the answer.
 */
export type Route = {
  readonly method: Method
  readonly path: string
  readonly access: Access
  readonly does: string
  readonly serves: readonly string[]
  readonly takes?: z.ZodType
  readonly query?: readonly QueryName[]
  readonly gives: Gives
  readonly answer: (call: Call) => Promise<RestAnswer>
}

/** What Coffer has not: answered with 501 and what to do instead. */
export type AbsentRoute = Pick<Route, 'method' | 'path' | 'serves'> & { readonly instead: string }

type Part = { readonly word: string } | { readonly name: string }

/** A shape such as `/instances/{instance}`, to be compared with many paths. */
export type Shape = readonly Part[]

export const shapeOf = (path: string): Shape =>
  path.split('/').map((word) => {
    const [, name] = /^\{(\w+)\}$/.exec(word) ?? []
    return name === undefined ? { word } : { name }
  })

/** What stands in the places of a shape, in a path that was split at its slashes; null where the path is another one. */
export const matchPath = (shape: Shape, path: readonly string[]): Readonly<Record<string, string>> | null => {
  if (shape.length !== path.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of shape.entries()) {
    const found = path[index] ?? ''
    if ('name' in part && found !== '') params[part.name] = found
    else if (!('word' in part) || part.word !== found) return null
  }
  return params
}
