import { createServerApi } from '../support/server-api.ts'
import { waitFor } from '../support/wait-for.ts'

type Login = { readonly url: string; readonly adminToken: string }
type Listed = { readonly instances: { readonly nodes: readonly { readonly id: string }[] } }

/** As long as an operation that stands in the way may take until its deadline. */
const patienceMs = 300_000

/**
 * Deletes every database, while everything runs that it takes to leave nothing of them on the machine. One that an operation is at work on is
 * tried again until that has ended.
 */
export const deleteDatabases = async (login: Login): Promise<void> => {
  const api = createServerApi(login)
  await waitFor(
    'every database to be deleted',
    async () => {
      const { instances } = await api.request<Listed>('{ instances(first: 100) { nodes { id } } }')
      await Promise.allSettled(instances.nodes.map(({ id }) => api.changeAndWait('delete', id)))
      return instances.nodes.length === 0
    },
    patienceMs,
  )
}
