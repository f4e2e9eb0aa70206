import type { NamedThings } from '../completion.ts'
import type { CliContext } from '../context.ts'
import { documents } from '../documents.ts'
import { readAll } from '../pages.ts'
import type { Instance } from '../types.ts'

/** More would be too many to choose from at a prompt. */
const mostNames = 200

export const namesOf = async (context: CliContext, what: NamedThings): Promise<readonly string[]> => {
  const { api, signal } = context
  switch (what) {
    case 'instance': {
      const all = await readAll<Instance>(context, documents.instances, 'instances', {}, mostNames)
      return all.map(({ name }) => name)
    }
    case 'flavor': {
      const variables = { includeRetired: false }
      const { flavors } = await api.request<{ flavors: readonly { readonly id: string }[] }>(
        documents.flavors,
        variables,
        signal,
      )
      return flavors.map(({ id }) => id)
    }
    case 'datastore': {
      const { datastores } = await api.request<{ datastores: readonly { readonly type: string }[] }>(
        documents.datastores,
        {},
        signal,
      )
      return datastores.map(({ type }) => type)
    }
  }
}
