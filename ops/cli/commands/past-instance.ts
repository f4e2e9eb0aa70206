import { isDeepStrictEqual } from 'node:util'
import type { CliContext } from '../context.ts'
import { refused } from '../failure.ts'
import { findInstance } from '../find-instance.ts'
import { InstanceDocument, type InstanceFragment } from '../generated/graphql.ts'

/** The instance as it was at a moment. Throws `NOT_FOUND` for one that was not there yet. */
export const instanceAsOf = async (context: CliContext, id: string, asOf: string): Promise<InstanceFragment> => {
  const { instance } = await context.api.request(InstanceDocument, { id, asOf }, context.signal)
  if (instance) return instance
  throw refused({ code: 'NOT_FOUND', message: `there was no instance ${id} at ${asOf} yet` })
}

type Change = { readonly field: string; readonly from: unknown; readonly to: unknown }

/** Shows what changed of an instance between two moments; `to`: now if left out. */
export const diffInstance = async (
  context: CliContext,
  nameOrId: string,
  { from, to }: { readonly from: string; readonly to?: string },
): Promise<void> => {
  const present = await findInstance(context, nameOrId)
  const [before, after] = await Promise.all([
    instanceAsOf(context, present.id, from),
    to === undefined ? present : instanceAsOf(context, present.id, to),
  ])
  await context.output.list(
    changesBetween(before, after),
    [
      ['FIELD', ({ field }) => field],
      ['FROM', (change) => inWords(change.from), 'cutting'],
      ['TO', (change) => inWords(change.to), 'cutting'],
    ],
    'Nothing changed.',
  )
}

/** What it refers to is always shown as it is now, and says nothing of the past. */
const references: ReadonlySet<string> = new Set(['operation', 'sharedOperations'])

const changesBetween = (before: InstanceFragment, after: InstanceFragment): readonly Change[] =>
  Object.entries(before)
    .filter(([field]) => !references.has(field))
    .map(([field, from]) => ({ field, from, to: Reflect.get(after, field) }))
    .filter(({ from, to }) => !isDeepStrictEqual(from, to))

const inWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
