import type { parametersCategory } from '../../domain/parameters/index.ts'
import { parametersIdOf } from '../../domain/parameters/index.ts'
import type { ParametersDocument } from '../documents.ts'
import { defineView } from '../projection.ts'

export const parametersProjection = defineView<ParametersDocument, typeof parametersCategory, 'parameters'>({
  view: 'parameters',
  version: 1,
  keysOf: ({ data }) => [parametersIdOf(data.datastore, data.version)],
  on: {
    ParametersRead: (_, { data: { datastore, version, parameters } }) => ({ datastore, version, parameters }),
  },
  lists: {},
  sortKey: ({ datastore, version }) => `${datastore}-${version}`,
})
