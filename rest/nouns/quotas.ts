import { z } from 'zod'
import type { ProjectId } from '../../domain/ids.ts'
import type { QuotaLimits } from '../../domain/project/events.ts'
import { projectNamed } from '../../graphql/pipeline/tenancy.ts'
import { badRequest } from '../fault.ts'
import { gives, idAndName } from '../gives.ts'
import type { Call, RestAnswer } from '../request.ts'
import type { Route } from '../route.ts'
import { send } from '../send.ts'
import { parseBody, wholeNumber } from './shapes.ts'
import { wishOf } from './wish.ts'

type Counted = Omit<QuotaLimits, 'backupGiB'>

/** Trove's names of what a project may hold. Its volumes are counted in GiB, as ours are. */
const resources = {
  instances: 'instances',
  volumes: 'volumeGiB',
  ram: 'memoryMiB',
  vcpus: 'vcpus',
} as const satisfies Readonly<Record<string, keyof Counted>>
type Resource = keyof typeof resources

const names = Object.keys(resources) as readonly Resource[]

const noneUsed: Counted = { instances: 0, vcpus: 0, memoryMiB: 0, volumeGiB: 0 }

const quotaOf = async ({ context: { backend } }: Call, projectId: ProjectId) => {
  const document = await backend.views.quota(projectId)
  return { limits: document?.limits ?? backend.settings.defaultQuota, used: document?.used ?? noneUsed }
}

const quota = z.looseObject({ resource: z.string(), in_use: z.number(), reserved: z.number(), limit: z.number() })

const limits = async (call: Call): Promise<RestAnswer> => {
  const { limits, used } = await quotaOf(call, call.project)
  const absolute = Object.fromEntries(names.map((name) => [`max_${name}`, limits[resources[name]]]))
  const left = Object.fromEntries(
    names.map((name) => [`remaining_${name}`, Math.max(0, limits[resources[name]] - used[resources[name]])]),
  )
  // Clients print the first of the list apart: it is this one.
  return { status: 200, body: { limits: [{ verb: 'ABSOLUTE', ...absolute, ...left }] } }
}

const show = async (call: Call): Promise<RestAnswer> => {
  const { limits, used } = await quotaOf(call, projectNamed(call.params.project ?? '', 'project_id'))
  const quotas = names.map((resource) => ({
    resource,
    in_use: used[resources[resource]],
    reserved: 0,
    limit: limits[resources[resource]],
  }))
  return { status: 200, body: { quotas } }
}

const updateBody = wishOf({ quotas: z.record(z.string(), wholeNumber) })

const update = async (call: Call): Promise<RestAnswer> => {
  const projectId = projectNamed(call.params.project ?? '', 'project_id')
  const { quotas } = parseBody(updateBody, call.body)
  const unknown = Object.keys(quotas).find((name) => !Object.hasOwn(resources, name))
  if (unknown !== undefined) throw badRequest(`a project has quotas of ${names.join(', ')}`, 'quotas')
  const { limits } = await quotaOf(call, projectId)
  const wished = Object.fromEntries(names.map((name) => [resources[name], quotas[name] ?? limits[resources[name]]]))
  await send(call, { type: 'SetQuota', projectId, ...(wished as Counted) })
  return { status: 200, body: { quotas: Object.fromEntries(Object.entries(quotas)) } }
}

export const quotaRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/limits',
    access: 'project',
    does: 'Shows what the project may hold and what of it is left.',
    serves: ['database limit list'],
    gives: gives({ limits: z.array(z.looseObject({ verb: z.string() })) }),
    answer: limits,
  },
  {
    method: 'GET',
    path: '/mgmt/quotas/{project}',
    access: 'admin',
    does: 'Shows what a project may hold and what it holds.',
    serves: ['database quota show'],
    gives: gives({ quotas: z.array(quota) }),
    answer: show,
  },
  {
    method: 'PUT',
    path: '/mgmt/quotas/{project}',
    access: 'admin',
    does: 'Sets some of what a project may hold; the rest stays.',
    serves: ['database quota update'],
    takes: updateBody,
    gives: gives({ quotas: z.record(z.string(), z.number()) }),
    answer: update,
  },
  {
    method: 'GET',
    path: '/projects/{project}',
    access: 'project',
    does: 'Says that a project is its own id: clients look there for the id of a name.',
    serves: ['database quota show', 'database quota update'],
    gives: gives({ project: z.looseObject(idAndName) }),
    answer: async ({ params, project, context }) => {
      const named = projectNamed(params.project ?? '', 'project_id')
      const id = context.session.isAdmin ? named : project
      return { status: 200, body: { project: { id, name: id, enabled: true, domain_id: 'default', links: {} } } }
    },
  },
]
