import type { CliContext } from '../context.ts'
import { refused } from '../failure.ts'
import { findInstance } from '../find-instance.ts'
import { AccountsDocument, type AccountsQuery, RefreshAccountsDocument } from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { hasEnded, startWait, throwUnlessSucceeded, waitForOperation } from '../wait.ts'

/** `refresh`: look into the engine first. `timeout`: how long to wait for that, in seconds. */
export type ListOptions = { readonly refresh: boolean; readonly timeout: number }

type Found = NonNullable<AccountsQuery['instance']>
type Listed = Found['accounts']['users' | 'databases'][number]

/** The instance, with what is in its engine. */
export const findAccounts = async (
  context: CliContext,
  nameOrId: string,
  { refresh, timeout }: ListOptions,
): Promise<Found> => {
  const { id, name } = await findInstance(context, nameOrId)
  if (refresh) {
    const wait = startWait(context, timeout)
    const { operation, operationId } = await mutate(context, RefreshAccountsDocument, { id })
    if (operationId !== null) {
      const ended = operation && hasEnded(operation) ? operation : await waitForOperation(wait, operationId)
      throwUnlessSucceeded(ended, `the databases and users of ${name} could not be listed`)
    }
  }
  const { instance } = await context.api.request(AccountsDocument, { id }, context.signal)
  if (instance) return instance
  throw refused({ code: 'NOT_FOUND', message: `there is no instance ${name}` })
}

export const madeInWords = ({ origin, missing }: Pick<Listed, 'origin' | 'missing'>): string => {
  if (origin === 'ENGINE') return 'in SQL'
  return missing ? 'by Coffer, dropped in SQL' : 'by Coffer'
}

export const withMore = async (context: CliContext, more: number, of: string): Promise<void> => {
  if (more > 0 && context.output.format === 'table')
    await context.output.one(more, () => [`and ${more} more ${of} that were made in SQL`])
}
