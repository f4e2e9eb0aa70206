import type { ShownOf } from '../aggregate.ts'
import type { parametersEvents } from './events.ts'

export const parametersShown: ShownOf<typeof parametersEvents> = {
  ParametersRead: ({ datastore, version, parameters }) => ({ datastore, version, parameters: parameters.length }),
}
