import { instanceIdSchema } from '../../domain/ids.ts'
import { assertNotLost, visibleInstance } from '../../graphql/visible.ts'
import type { InstanceDocument } from '../../projections/documents.ts'
import { notFound, RestFault } from '../fault.ts'
import type { Call } from '../request.ts'

const isThere = (instance: InstanceDocument | null): instance is InstanceDocument =>
  instance !== null && instance.status !== 'DELETED'

/**
 * The instance of the path, by its id or by its name where exactly one has it. Throws 404, the same for one that is another project's, that was deleted, or
 * that never was.
 */
export const findInstance = async (call: Call): Promise<InstanceDocument> => {
  const { context, project, params } = call
  const text = params.instance ?? ''
  if (instanceIdSchema.safeParse(text).success) {
    const instance = await visibleInstance(context, text)
    if (isThere(instance)) return instance
    if (instance === null) await assertNotLost(context, text)
    throw notFound(`Instance ${text} cannot be found.`)
  }
  const { entries } = await context.backend.views.instances({ projectId: project, name: text }, { first: 2 })
  const [first, second] = entries.map(({ document }) => document)
  if (second) throw new RestFault(409, 'several instances have this name: use the id', { code: 'INVALID_INPUT' })
  if (first) return first
  throw notFound(`Instance ${text.slice(0, 64)} cannot be found.`)
}
