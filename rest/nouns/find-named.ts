import type { z } from 'zod'
import type { ApiContext } from '../../graphql/context.ts'
import type { Page, PageRequest } from '../../projections/page.ts'
import { notFound, RestFault } from '../fault.ts'
import type { Call } from '../request.ts'

type Named = { readonly name: string }

type Finder<D extends Named> = {
  /** As the faults call it, such as `Backup`. */
  readonly noun: string
  readonly idSchema: z.ZodType
  /** The one with this id, if there is one and the caller may see it. */
  readonly byId: (context: ApiContext, id: string) => Promise<D | null>
  /** Those of the project of the path, or at least those that may have the name. */
  readonly list: (call: Call, name: string, page: PageRequest) => Promise<Page<D>>
}

/** More than a project has of anything that is found by name. */
const longestList = 1000

/**
 * What the path names, by its id, or by its name where exactly one of the project has it. Throws 404, the same for what is another project's and for what
 * never was, and 409 where several have the name.
 */
export const findNamed = async <D extends Named>(call: Call, text: string, finder: Finder<D>): Promise<D> => {
  const { noun, idSchema, byId, list } = finder
  const missing = () => notFound(`${noun} ${text.slice(0, 64)} cannot be found.`)
  if (idSchema.safeParse(text).success) {
    const found = await byId(call.context, text)
    if (found) return found
    throw missing()
  }
  const { entries } = await list(call, text, { first: longestList })
  const [first, second] = entries.map(({ document }) => document).filter(({ name }) => name === text)
  if (second) {
    const kind = noun.toLowerCase()
    throw new RestFault(409, `more than one ${kind} has this name: use the id`, { code: 'INVALID_INPUT' })
  }
  if (first) return first
  throw missing()
}
