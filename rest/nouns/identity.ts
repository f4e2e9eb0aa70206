import { z } from 'zod'
import { tokenIdSchema } from '../../domain/token/id.ts'
import type { Session } from '../../graphql/session.ts'
import { RestFault } from '../fault.ts'
import { gives, linksShape } from '../gives.ts'
import type { Body, Call, RestAnswer } from '../request.ts'
import type { Route } from '../route.ts'
import { region } from './instance-shape.ts'
import { parseBody } from './shapes.ts'

const named = z.looseObject({ id: z.string().nullish(), name: z.string().nullish() })

const authBody = z.looseObject({
  auth: z.looseObject({
    identity: z.looseObject({
      methods: z.array(z.string()).min(1),
      password: z.looseObject({ user: z.looseObject({ password: z.string() }) }).nullish(),
      token: z.looseObject({ id: z.string() }).nullish(),
      application_credential: z.looseObject({ id: z.string().nullish(), secret: z.string() }).nullish(),
    }),
    scope: z.union([z.string(), z.looseObject({ project: named.nullish() })]).nullish(),
  }),
})
type Auth = z.output<typeof authBody>['auth']

/** Every way leads to a token of Coffer, which whoever logs in has already. */
const tokenIn = ({ identity: { password, token, application_credential: credential } }: Auth): string => {
  if (password) return password.user.password
  if (token) return token.id
  if (!credential)
    throw new RestFault(401, 'log in by password, token or application credential', { code: 'UNAUTHENTICATED' })
  const { id, secret } = credential
  const isHalf = !secret.startsWith('coffer_') && tokenIdSchema.safeParse(id).success
  return isHalf ? `coffer_${id}_${secret}` : secret
}

const projectOf = ({ projectId, isAdmin }: Session, { scope }: Auth): string => {
  const asked = typeof scope === 'object' ? (scope?.project?.id ?? scope?.project?.name) : null
  if (!asked || asked === projectId) return projectId
  if (isAdmin) return asked
  throw new RestFault(401, `the token is not for this project: it is for ${projectId}`, { code: 'UNAUTHENTICATED' })
}

/** For a token without an end: until then a client need not log in again. */
const sessionMs = 86_400_000

const keystoneTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}.000000Z`

const logIn = async (call: Call): Promise<RestAnswer> => {
  const { auth } = parseBody(authBody, call.body)
  const token = tokenIn(auth)
  const session = await call.edge.authenticate(`Bearer ${token}`)
  if (!session)
    throw new RestFault(401, 'the password is to be a token of Coffer, and this is none that is valid', {
      code: 'UNAUTHENTICATED',
    })
  const project = projectOf(session, auth)
  const { backend } = call.context
  const own = session.tokenId ? await backend.views.token(session.tokenId) : null
  const now = call.edge.kernel.clock.now()
  const domain = { id: 'default', name: 'Default' }
  const body: Body = {
    token: {
      methods: auth.identity.methods,
      issued_at: keystoneTime(now),
      expires_at: keystoneTime(own?.expiresAt ? Date.parse(own.expiresAt) : now + sessionMs),
      user: { id: session.subject, name: session.subject, domain },
      project: { id: project, name: project, domain },
      is_domain: false,
      roles: session.roles.map((role) => ({ id: role, name: role })),
      catalog: [
        catalogEntry(call, 'database', 'trove', `/v1.0/${project}`),
        catalogEntry(call, 'identity', 'keystone', '/v3'),
      ],
      audit_ids: [call.context.requestId],
    },
  }
  return { status: 201, headers: { 'X-Subject-Token': token }, body }
}

const catalogEntry = ({ base }: Call, type: string, name: string, path: string): Body => ({
  id: type,
  type,
  name,
  endpoints: ['public', 'internal', 'admin'].map((side) => ({
    id: `${type}-${side}`,
    interface: side,
    region,
    region_id: region,
    url: `${base}${path}`,
  })),
})

/** As much of Keystone as clients need to log in: who has a token of Coffer is let in by it. */
export const identityRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v3',
    access: 'open',
    does: 'Says which version of the login this is.',
    serves: [],
    gives: gives({ version: z.looseObject({ id: z.string(), links: linksShape }) }),
    answer: async ({ base }) => ({
      status: 200,
      body: {
        version: {
          id: 'v3.14',
          status: 'stable',
          updated: '2020-04-07T00:00:00Z',
          links: [{ rel: 'self', href: `${base}/v3/` }],
          'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
        },
      },
    }),
  },
  {
    method: 'POST',
    path: '/v3/auth/tokens',
    access: 'open',
    does: 'Logs in with a token of Coffer as the password, the token or the application credential, and says where the API is.',
    serves: [],
    takes: authBody,
    gives: gives({ token: z.looseObject({ expires_at: z.string(), catalog: z.array(z.looseObject({})) }) }, 201),
    answer: logIn,
  },
]
