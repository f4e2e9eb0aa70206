import type { NamedThings } from '../completion.ts'
import type { CliContext } from '../context.ts'
import { instancesWith } from '../find-instance.ts'
import { DatastoresDocument, FlavorsDocument } from '../generated/graphql.ts'
import { readAll } from '../pages.ts'

/** More would be too many to choose from at a prompt. */
const mostNames = 200

export const namesOf = async (context: CliContext, what: NamedThings): Promise<readonly string[]> => {
  const { api, signal } = context
  switch (what) {
    case 'instance': {
      const all = await readAll(context, instancesWith({}), mostNames)
      return all.map(({ name }) => name)
    }
    case 'flavor': {
      const { flavors } = await api.request(FlavorsDocument, { includeRetired: false }, signal)
      return flavors.map(({ id }) => id)
    }
    case 'datastore': {
      const { datastores } = await api.request(DatastoresDocument, {}, signal)
      return datastores.map(({ type }) => type)
    }
  }
}
