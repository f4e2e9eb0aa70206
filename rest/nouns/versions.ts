import { z } from 'zod'
import { gives, linksShape } from '../gives.ts'
import type { Body, Call } from '../request.ts'
import type { Route } from '../route.ts'

/** When the API got this shape. */
const updated = '2012-08-01T00:00:00Z'

const version = ({ base }: Call): Body => ({
  id: 'v1.0',
  status: 'CURRENT',
  updated,
  links: [{ rel: 'self', href: `${base}/v1.0/` }],
})

const versionShape = z.looseObject({ id: z.string(), status: z.string(), links: linksShape })

/** Asked for without a token, by clients that look where the API is. */
export const versionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/',
    access: 'open',
    does: 'Says which versions there are.',
    serves: [],
    gives: gives({ versions: z.array(versionShape) }),
    answer: async (call) => ({ status: 200, body: { versions: [version(call)] } }),
  },
  {
    method: 'GET',
    path: '/v1.0',
    access: 'open',
    does: 'Says which version this is.',
    serves: [],
    gives: gives({ version: versionShape }),
    answer: async (call) => ({ status: 200, body: { version: version(call) } }),
  },
]
