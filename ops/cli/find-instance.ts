import type { CliContext } from './context.ts'
import { documents } from './documents.ts'
import { refused } from './failure.ts'
import type { Connection, Instance } from './types.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The instance of this name or id. Throws `NOT_FOUND`, or `AMBIGUOUS_NAME` with the ids when several have the name. */
export const findInstance = async ({ api, signal }: CliContext, nameOrId: string): Promise<Instance> => {
  if (uuid.test(nameOrId)) {
    const { instance } = await api.request<{ instance: Instance | null }>(
      documents.instance,
      { id: nameOrId.toLowerCase() },
      signal,
    )
    if (instance) return instance
    throw refused({ code: 'NOT_FOUND', message: `there is no instance ${nameOrId}` })
  }
  const { instances } = await api.request<{ instances: Connection<Instance> }>(
    documents.instances,
    { filter: { name: nameOrId }, first: 100 },
    signal,
  )
  const found = instances.edges.map(({ node }) => node)
  const [only, ...others] = found
  if (!only)
    throw refused({
      code: 'NOT_FOUND',
      message: `there is no instance called ${JSON.stringify(nameOrId)}; "coffer instance list" shows those there are`,
    })
  if (others.length === 0) return only
  const ids = found.map(({ id, status, createdAt }) => `  ${id}  ${status}  made ${createdAt}`).join('\n')
  throw refused({
    code: 'AMBIGUOUS_NAME',
    message: `${found.length} instances are called ${JSON.stringify(nameOrId)}: name one by its id\n${ids}`,
    details: { ids: found.map(({ id }) => id) },
  })
}
