import { describe, expect, it } from 'vitest'
import { openApiOf } from '../../../rest/open-api.ts'
import type { Json } from '../../../rest/request.ts'
import { routes } from '../../../rest/routes.ts'

type Operation = {
  readonly operationId: string
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: object
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
  readonly security?: readonly object[]
}

const document = openApiOf(routes)
const paths = document.paths as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

describe('the description of the API', () => {
  it('has every call once', () => {
    expect(operations).toHaveLength(routes.length)
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(routes.length)
  })

  it.each(operations)('names what stands in the path of $method $path', ({ path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(new Set(inPath).size).toBe(inPath.length)
    expect(operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath)
  })

  it('says what a call takes and gives', () => {
    const { get, post } = paths['/v1.0/{owner}/instances'] ?? {}
    expect(get?.requestBody).toBeUndefined()
    expect(get?.parameters.map(({ name }) => name)).toEqual(['owner', 'limit', 'marker'])
    expect(post?.requestBody).toMatchObject({
      content: { 'application/json': { schema: { required: ['instance'] } }, 'application/xml': {} },
    })
    expect(Object.keys(post?.responses ?? {})).toEqual(['200', 'default'])
    const removed = paths['/v1.0/{owner}/instances/{instance}']?.delete
    expect(removed?.responses['202']?.content).toBeUndefined()
  })

  it('asks for no token where none is needed', () => {
    const open = operations.filter(({ operation }) => operation.security !== undefined).map(({ path }) => path)
    expect(open).toEqual(['/', '/v1.0', '/v3', '/v3/auth/tokens', '/v1.0/openapi'])
  })

  it('refers to nothing that it does not have', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path)
    const find = (path: string) =>
      path.split('/').reduce<Json | undefined>((at, key) => (at as Readonly<Record<string, Json>>)[key], document)
    expect(references.length).toBeGreaterThan(0)
    for (const path of new Set(references)) expect(find(path)).toBeDefined()
  })
})
