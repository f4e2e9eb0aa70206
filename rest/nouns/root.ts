import { z } from 'zod'
import { actorName } from '../../domain/metadata.ts'
import { awaitEnd } from '../../graphql/await-end.ts'
import { gives } from '../gives.ts'
import type { Call, RestAnswer } from '../request.ts'
import type { Route } from '../route.ts'
import { operationHeader, send } from '../send.ts'
import { findInstance } from './find-instance.ts'
import { parseBody, timeOf } from './shapes.ts'
import { wishOf } from './wish.ts'

/** Some clients send nothing at all, and some an empty password. */
const enableBody = wishOf({ password: z.string().nullish() }).nullish()

const enable = async (call: Call): Promise<RestAnswer> => {
  const { password } = parseBody(enableBody, call.body) ?? {}
  const { id } = await findInstance(call)
  const answer = await send(call, { type: 'EnableRoot', id, ...(password && { password }) })
  await awaitEnd(answer, call.context)
  const [credential] = answer.credentials
  if (credential === undefined) throw new Error('root was enabled without a password')
  const { user: name, password: shown } = credential
  return { status: 200, headers: operationHeader(answer), body: { user: { name, password: shown } } }
}

const disable = async (call: Call): Promise<RestAnswer> => {
  const answer = await send(call, { type: 'DisableRoot', id: (await findInstance(call)).id })
  await awaitEnd(answer, call.context)
  return { status: 204, headers: operationHeader(answer) }
}

/** When it was enabled last, and by whom. */
const history = async (call: Call): Promise<RestAnswer> => {
  const { id } = await findInstance(call)
  const filter = { projectId: null, instanceId: id, kinds: ['enable-root'], statuses: ['SUCCEEDED'] } as const
  const page = await call.context.backend.views.operations(filter, { first: 1, direction: 'descending' })
  const [last] = page.entries
  const told = last && { enabled: timeOf(last.document.createdAt), user: actorName(last.document.requestedBy) }
  return { status: 200, body: { root_history: { id, ...(told ?? { enabled: 'Never', user: 'Nobody' }) } } }
}

const path = '/instances/{instance}/root'

export const rootRoutes: readonly Route[] = [
  {
    method: 'GET',
    path,
    access: 'project',
    does: 'Says whether the root user is enabled.',
    serves: ['database root show'],
    gives: gives({ rootEnabled: z.boolean() }),
    answer: async (call) => ({ status: 200, body: { rootEnabled: (await findInstance(call)).rootEnabled } }),
  },
  {
    method: 'POST',
    path,
    access: 'project',
    does: 'Enables the root user, or gives it a new password, and answers with it.',
    serves: ['database root enable'],
    takes: enableBody,
    gives: gives({ user: z.looseObject({ name: z.string(), password: z.string() }) }),
    answer: enable,
  },
  {
    method: 'DELETE',
    path,
    access: 'project',
    does: 'Deletes the root user and ends its sessions.',
    serves: ['database root disable'],
    gives: { status: 204, body: null },
    answer: disable,
  },
  {
    method: 'GET',
    path: '/mgmt/instances/{instance}/root',
    access: 'admin',
    does: 'Says when the root user was enabled last, and by whom.',
    serves: [],
    gives: gives({ root_history: z.looseObject({ id: z.string(), enabled: z.string(), user: z.string() }) }),
    answer: history,
  },
]
