import { instanceIdSchema } from '../../domain/ids.ts'
import { assertNotLost, visibleInstance } from '../../graphql/visible.ts'
import type { InstanceDocument } from '../../projections/views/instance-document.ts'
import type { Call } from '../request.ts'
import { findNamed } from './find-named.ts'

/** The instance of the path. One that was deleted is gone; of one whose history was lost, that is said. */
export const findInstance = (call: Call): Promise<InstanceDocument> =>
  findNamed(call, call.params.instance ?? '', {
    noun: 'Instance',
    idSchema: instanceIdSchema,
    byId: async (context, id) => {
      const instance = await visibleInstance(context, id)
      if (instance === null) return assertNotLost(context, id)
      return instance.status === 'DELETED' ? null : instance
    },
    list: ({ context, project }, name, page) => context.backend.views.instances({ projectId: project, name }, page),
  })
