import { type ProjectId, projectIdSchema } from '../domain/ids.ts'
import { acceptTraceparent } from '../domain/values/traceparent.ts'
import { ApiError } from '../graphql/errors.ts'
import { requestIdOf } from '../graphql/pipeline/request-id.ts'
import { requestOrigin } from '../graphql/pipeline/request-origin.ts'
import { projectNamed } from '../graphql/pipeline/tenancy.ts'
import type { Edge } from '../graphql/server/api.ts'
import type { Session } from '../graphql/session.ts'
import { absentRoutes } from './absent-routes.ts'
import { answerOfFault, badRequest, faultOfError, notFound, notHere, RestFault } from './fault.ts'
import { formatOf, readBody, writeAnswer } from './formats.ts'
import type { Answered, Call, RestAnswer, RestRequest } from './request.ts'
import { type AbsentRoute, matchPath, type Route, type Shape, shapeOf } from './route.ts'
import { routes } from './routes.ts'

/** The Trove-compatible API. Never throws: bugs are answered as such, and logged. */
export type RestApi = { readonly answer: (request: RestRequest) => Promise<Answered> }

type Found = {
  readonly route: Route | AbsentRoute
  readonly params: Readonly<Record<string, string>>
  readonly project: string | null
}

export const createRestApi = (edge: Edge): RestApi => ({
  answer: async (request) => {
    const startedAt = edge.kernel.clock.elapsedMs()
    const requestId = requestIdOf(
      request.header('x-openstack-request-id') ?? request.header('x-request-id'),
      edge.kernel.ids,
    )
    const { pathname, search } = splitUrl(request.url)
    const { format, path } = formatOf(pathname, request.header('accept'))
    const kind = request.method === 'GET' || request.method === 'HEAD' ? 'query' : 'mutation'
    const told = await answerOrFault(edge, request, { path, search, requestId, kind })
    edge.metrics.answered(kind, told.outcome, (edge.kernel.clock.elapsedMs() - startedAt) / 1000)
    return writeAnswer(told.answer, format, requestId)
  },
})

type Facts = {
  readonly path: string
  readonly search: string
  readonly requestId: string
  readonly kind: 'query' | 'mutation'
}

const answerOrFault = async (
  edge: Edge,
  request: RestRequest,
  facts: Facts,
): Promise<{ readonly answer: RestAnswer; readonly outcome: string }> => {
  try {
    return { answer: await answerCall(edge, request, facts), outcome: 'OK' }
  } catch (error) {
    const fault = error instanceof RestFault ? error : faultOf(edge, error, facts)
    return { answer: answerOfFault(fault, facts.requestId), outcome: fault.told.code ?? 'BAD_REQUEST' }
  }
}

const faultOf = ({ masking }: Edge, error: unknown, { requestId, kind }: Facts): RestFault => {
  const masked = masking.mask(error)
  masking.report({ errors: [masked] }, { requestId, operation: kind })
  return masked instanceof ApiError ? faultOfError(masked) : new RestFault(400, masked.message)
}

const answerCall = async (
  edge: Edge,
  request: RestRequest,
  { path, search, requestId, kind }: Facts,
): Promise<RestAnswer> => {
  const { route, params, project } = findRoute(request.method === 'HEAD' ? 'GET' : request.method, path)
  const session = 'access' in route && isOpen(route) ? null : await authenticated(edge, request)
  if (session) await edge.rateLimit.consume(session, kind, 1)
  const call: Call = {
    context: edge.contextOf({
      session: session ?? nobody,
      requestId,
      traceparent: acceptTraceparent(request.header('traceparent')),
      origin: requestOrigin(requestId, { address: request.address, userAgent: request.header('user-agent') }),
      signal: request.signal,
    }),
    project: session && project !== null ? projectFor(session, project) : nobody.projectId,
    params,
    query: new URLSearchParams(search),
    body: await readBody(request),
    base: baseOf(request),
    idempotencyKey: request.header('idempotency-key'),
    edge,
  }
  if (!('answer' in route)) throw notHere(`Coffer does not have this yet: ${route.instead}`)
  if (route.access === 'admin' && !session?.isAdmin)
    throw new RestFault(401, 'User does not have admin privileges.', { code: 'FORBIDDEN' })
  return route.answer(call)
}

/** Whose session an open route has: it looks at none. */
const nobody: Session = {
  subject: 'nobody',
  projectId: projectIdSchema.parse('nobody'),
  roles: [],
  isAdmin: false,
  canWrite: false,
  isStillValid: async () => false,
}

const authenticated = async (edge: Edge, request: RestRequest): Promise<Session> => {
  const token = request.header('x-auth-token')
  const session = await edge.authenticate(token === null ? request.header('authorization') : `Bearer ${token}`)
  if (session) return session
  throw new RestFault(401, 'a valid token is needed: send it as X-Auth-Token', { code: 'UNAUTHENTICATED' })
}

/** Members reach their own project alone, whatever the path says. */
const projectFor = (session: Session, named: string): ProjectId => {
  if (session.isAdmin) return projectNamed(named, 'project')
  if (named === session.projectId) return session.projectId
  throw new RestFault(403, `the token is not for the project of the path: it is for ${session.projectId}`, {
    code: 'FORBIDDEN',
  })
}

const versionPath = '/v1.0/'

type Shaped = { readonly route: Route | AbsentRoute; readonly shape: Shape }

const shaped = (among: readonly (Route | AbsentRoute)[]): readonly Shaped[] =>
  among.map((route) => ({ route, shape: shapeOf(route.path) }))

const isOpen = ({ access }: Route): boolean => access === 'open'
const atTheRoot = shaped(routes.filter(isOpen))
const inProjects = shaped([...routes.filter((route) => !isOpen(route)), ...absentRoutes])

const findRoute = (method: string, path: string): Found => {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  const found = pick(atTheRoot, method, trimmed, null) ?? findInProject(method, trimmed)
  if (found) return found
  throw notFound(`there is nothing at ${method} ${trimmed.slice(0, 200)}`)
}

const findInProject = (method: string, path: string): Found | null => {
  const rest = path.startsWith(versionPath) ? path.slice(versionPath.length) : null
  const end = rest?.indexOf('/') ?? -1
  if (rest === null || end < 1) return null
  return pick(inProjects, method, rest.slice(end), decode(rest.slice(0, end)))
}

/** A path with a fixed word is found before one where a value stands there: routes are listed so. */
const pick = (among: readonly Shaped[], method: string, path: string, project: string | null): Found | null => {
  const parts = path.split('/')
  for (const { route, shape } of among) {
    if (route.method !== method) continue
    const matched = matchPath(shape, parts)
    if (matched === null) continue
    const params = Object.fromEntries(Object.entries(matched).map(([name, text]) => [name, decode(text)]))
    return { route, params, project }
  }
  return null
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badRequest('the path is not percent-encoded UTF-8')
  }
}

const splitUrl = (url: string): { readonly pathname: string; readonly search: string } => {
  const at = url.indexOf('?')
  return at === -1 ? { pathname: url, search: '' } : { pathname: url.slice(0, at), search: url.slice(at + 1) }
}

const plainHost = /^[A-Za-z0-9.\-_[\]:]{1,255}$/

/** As the caller reached us. Behind a proxy that ends TLS, as that one says. */
const baseOf = ({ header }: RestRequest): string => {
  const host = header('host')
  const scheme = header('x-forwarded-proto') === 'https' ? 'https' : 'http'
  return `${scheme}://${host !== null && plainHost.test(host) ? host : 'localhost'}`
}
