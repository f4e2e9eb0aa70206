import { z } from 'zod'
import { gives } from './gives.ts'
import type { Body, Json } from './request.ts'
import { queryNames, type Route, shapeOf } from './route.ts'

type Schema = { readonly [key: string]: Json | undefined }

/** The API as OpenAPI 3.1 describes it, from what its routes say of themselves. */
export const openApiOf = (routes: readonly Route[]): Body => {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) {
    const path = pathOf(route)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Coffer: the API of OpenStack Trove',
      version: '1.0',
      description: 'Databases by the calls of OpenStack Trove, version 1.0, in JSON and in XML.',
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'A token of Coffer.' },
      },
      schemas: { Fault: schemaOf(fault, 'output') },
    },
  }
}

/** The project of the path has another name than the project that some calls are about. */
const owner = 'owner'

const pathOf = ({ access, path }: Route): string => (access === 'open' ? path : `/v1.0/{${owner}}${path}`)

/** Under the name of its status, such as `itemNotFound`. */
const fault = z
  .record(z.string(), z.looseObject({ code: z.int(), message: z.string(), request_id: z.string() }))
  .meta({ description: 'Why there is no other answer. `error_code` and `field` say so to programs, where they are.' })

const operationOf = (route: Route): Schema => {
  const { method, access, does, takes } = route
  return {
    operationId: operationId(route),
    summary: does,
    ...(access === 'open' && { security: [] }),
    parameters: parametersOf(route),
    ...(takes && {
      requestBody: { required: !takes.safeParse(undefined).success, content: content(schemaOf(takes, 'input')) },
    }),
    responses: {
      [route.gives.status]: answerOf(route, method !== 'GET' && access !== 'open'),
      default: { description: 'Why not.', content: content({ $ref: '#/components/schemas/Fault' }) },
    },
  }
}

/** `POST /instances/{instance}/action` is `post-instances-instance-action`. */
const operationId = (route: Route): string =>
  [
    route.method.toLowerCase(),
    ...(pathOf(route)
      .replace('/v1.0/', '/')
      .match(/[\w.-]+/g) ?? []),
  ].join('-')

const parametersOf = (route: Route): Json => {
  const inPath = shapeOf(pathOf(route)).flatMap((part) => ('name' in part ? [part.name] : []))
  return [
    ...inPath.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string', minLength: 1 } })),
    ...(route.query ?? []).map((name) => ({
      name,
      in: 'query',
      description: queryNames[name],
      schema: { type: 'string' },
    })),
    ...(route.method === 'GET' || route.access === 'open' ? [] : [idempotencyKey]),
  ]
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A request that is sent again with the same key is carried out once.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]+$' },
}

const operationHeader: Json = {
  'X-Coffer-Operation': { description: 'The operation that does it, where one does.', schema: { type: 'string' } },
}

const answerOf = ({ gives: { body } }: Route, mayBegin: boolean): Json => ({
  description: body === null ? 'Accepted, without a body.' : 'What was asked for.',
  ...(mayBegin && { headers: operationHeader }),
  ...(body && { content: content(schemaOf(body, 'output')) }),
})

/** JSON by its schema; XML by the rules of Trove, which no schema says. */
const content = (schema: Schema): Json => ({ 'application/json': { schema }, 'application/xml': { schema: {} } })

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Schema => {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return described as Schema
}

/** The call that answers the description itself. It is generated when it is first asked for, and kept: it never changes. */
export const openApiRoute = (described: readonly Route[]): Route => {
  let document: Body | null = null
  const route: Route = {
    method: 'GET',
    path: '/v1.0/openapi',
    access: 'open',
    does: 'Describes the API as OpenAPI 3.1, also at `/v1.0/openapi.json`.',
    serves: [],
    gives: gives({ openapi: z.string(), paths: z.looseObject({}) }),
    answer: async () => {
      document ??= openApiOf([...described, route])
      return { status: 200, body: document }
    },
  }
  return route
}
