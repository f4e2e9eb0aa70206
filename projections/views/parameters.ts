import { type ParametersId, type parametersCategory, parametersIdOf } from '../../domain/parameters/index.ts'
import type { DatastoreType } from '../../domain/values/instance-spec.ts'
import type { Parameter } from '../../domain/values/parameter.ts'
import { defineFold } from '../projection.ts'
import { defineView } from '../view.ts'

/** Key: datastore and version, such as `postgresql-17.10`. In no list: only its owner's version is asked for. */
export type ParametersDocument = {
  readonly datastore: DatastoreType
  readonly version: string
  readonly parameters: readonly Parameter[]
}

const fold = defineFold<ParametersDocument, typeof parametersCategory>()({
  view: 'parameters',
  version: 1,
  keysOf: ({ data }) => [parametersIdOf(data.datastore, data.version)],
  on: {
    ParametersRead: (_, { data: { datastore, version, parameters } }) => ({ datastore, version, parameters }),
  },
  lists: {},
  sortKey: ({ datastore, version }) => `${datastore}-${version}`,
})

export const parametersView = defineView(fold, ({ get }) => ({
  /** Null until a host has read them. */
  parameters: (id: ParametersId) => get(id),
}))
