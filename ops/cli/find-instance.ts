import type { CliContext } from './context.ts'
import { refused } from './failure.ts'
import {
  InstanceDocument,
  type InstanceFilter,
  type InstanceFragment,
  InstancesDocument,
  type InstancesQuery,
} from './generated/graphql.ts'
import { readAll } from './pages.ts'
import { endingIn, isFullId, isShortId, onlyOne } from './short-ids.ts'

/** The list of instances that this filter leaves. */
export const instancesWith = (filter: InstanceFilter) => ({
  document: InstancesDocument,
  of: ({ instances }: InstancesQuery) => instances,
  variables: { filter },
})

/** The instance of this name, id, or end of an id. Throws `NOT_FOUND`, or `AMBIGUOUS_NAME` with the ids when several have the name. */
export const findInstance = async (context: CliContext, nameOrId: string): Promise<InstanceFragment> => {
  const { api, signal } = context
  if (isFullId(nameOrId)) {
    const { instance } = await api.request(InstanceDocument, { id: nameOrId.toLowerCase() }, signal)
    if (instance) return instance
    throw refused({ code: 'NOT_FOUND', message: `there is no instance ${nameOrId}` })
  }
  const { instances } = await api.request(InstancesDocument, { filter: { name: nameOrId }, first: 100 }, signal)
  const found = instances.edges.map(({ node }) => node)
  const [only, ...others] = found
  const byEnd = !only && isShortId(nameOrId) ? await findByEnd(context, nameOrId) : null
  if (byEnd) return byEnd
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

/** Null if no id ends so: it was meant as a name. */
const findByEnd = async (context: CliContext, text: string): Promise<InstanceFragment | null> => {
  const all = await readAll(context, instancesWith({ includeDeleted: true }))
  const found = endingIn(
    text,
    all.map(({ id }) => id),
  )
  return found.length === 0 ? null : findInstance(context, onlyOne(text, 'instance', found))
}
