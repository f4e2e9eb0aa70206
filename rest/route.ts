import type { Call, RestAnswer } from './request.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who may call: everybody, whoever has a token for the project of the path, or administrators. */
export type Access = 'open' | 'project' | 'admin'

/**
 * One call of the API. `path`: below `/v1.0/{project}`, for an open one from the root on, with `{name}` where a value stands. `serves`: the commands of
 * `openstack` that need it.
 */
export type Route = {
  readonly method: Method
  readonly path: string
  readonly access: Access
  readonly does: string
  readonly serves: readonly string[]
  readonly answer: (call: Call) => Promise<RestAnswer>
}

/** What Coffer has not: answered with 501 and what to do instead. */
export type AbsentRoute = Omit<Route, 'answer' | 'does' | 'access'> & { readonly instead: string }

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
