import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { RestFault } from '../fault.ts'
import { gives } from '../gives.ts'
import type { Body, Call, RestAnswer } from '../request.ts'
import type { Route } from '../route.ts'
import { findInstance } from './find-instance.ts'
import { parseBody, timeOf } from './shapes.ts'
import { wishOf } from './wish.ts'

/** Of the authority that signed the certificate of the endpoint, which clients verify against; null for what is no certificate. */
const authorityShape = (pem: string, extent: 'short' | 'whole'): Body | null => {
  try {
    const { subject, validToDate } = new X509Certificate(pem)
    const [, commonName = subject] = /^CN=(.*)$/m.exec(subject) ?? []
    return {
      cn: commonName,
      expire_at: timeOf(validToDate.toISOString()),
      ...(extent === 'whole' && { payload: pem }),
    }
  } catch {
    return null
  }
}

/** No engine takes a connection without TLS: `enforced`, in Trove's words. */
const show = async (call: Call): Promise<RestAnswer> => {
  const { caCertificate } = await findInstance(call)
  const extent = call.query.get('include_certificate')?.toLowerCase() === 'true' ? 'whole' : 'short'
  const certificate = caCertificate === null ? null : authorityShape(caCertificate, extent)
  return {
    status: 200,
    body: {
      ssl: {
        status: caCertificate === null ? 'pending' : 'enabled',
        mode: 'enforced',
        restart_required: false,
        ...(certificate && { certificate }),
      },
    },
  }
}

const givesSsl = gives({ ssl: z.looseObject({ status: z.string(), mode: z.string(), restart_required: z.boolean() }) })

const changeBody = wishOf({
  ssl: wishOf({
    enable: z.unknown().optional(),
    mode: z.string().nullish(),
    container_ref: z.string().nullish(),
    password_ref: z.string().nullish(),
    disable: z.unknown().optional(),
    rollback: z.unknown().optional(),
  }),
})

/** What is so already is answered as done; all else would be less than there is, or a certificate of somebody else's. */
const change = async (call: Call): Promise<RestAnswer> => {
  const { ssl: wish } = parseBody(changeBody, call.body)
  const refusal = whyNot(wish)
  if (refusal === null) return show(call)
  await findInstance(call)
  throw new RestFault(422, refusal, { code: 'FEATURE_NOT_AVAILABLE', field: 'ssl' })
}

const whyNot = ({
  disable,
  rollback,
  mode,
  container_ref,
  password_ref,
}: z.output<typeof changeBody>['ssl']): string | null => {
  if (disable) return 'every instance has TLS: it cannot be disabled'
  if (rollback) return 'there is nothing to roll back: Coffer issues and renews the certificates of instances'
  if (container_ref || password_ref) return 'Coffer issues the certificates of instances: it takes none from elsewhere'
  if (mode && mode !== 'enforced') return 'every instance has TLS in the mode "enforced": no other is available'
  return null
}

const path = '/instances/{instance}/ssl'

export const sslRoutes: readonly Route[] = [
  {
    method: 'GET',
    path,
    access: 'project',
    does: 'Shows the TLS of an instance, and which authority signed its certificate: with `include_certificate` as PEM.',
    serves: ['database ssl show'],
    query: ['include_certificate'],
    gives: givesSsl,
    answer: show,
  },
  {
    method: 'POST',
    path,
    access: 'project',
    does: 'Says that TLS is enabled, as it always is. It cannot be disabled or weakened, and certificates are issued by Coffer.',
    serves: [],
    takes: changeBody,
    gives: givesSsl,
    answer: change,
  },
]
