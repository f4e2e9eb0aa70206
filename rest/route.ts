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

/** Whether a path is of this shape, and what stands in its places; null where it is another one. */
export const matchPath = (shape: string, path: string): Readonly<Record<string, string>> | null => {
  const wanted = shape.split('/')
  const given = path.split('/')
  if (wanted.length !== given.length) return null
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const found = given[index] ?? ''
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? []
    if (name === undefined && part !== found) return null
    if (name !== undefined && found === '') return null
    if (name !== undefined) params[name] = found
  }
  return params
}
