import { findEngine } from '../../../domain/engines/registry.ts'
import { confirmName } from '../confirm-name.ts'
import type { CliContext } from '../context.ts'
import { findInstance } from '../find-instance.ts'
import { CreateDatabaseDocument, DeleteDatabaseDocument } from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { findAccounts, type ListOptions, madeInWords, withMore } from './accounts.ts'
import { beginOperation, type WaitOptions } from './begin-operation.ts'

export type CreateDatabaseOptions = WaitOptions & {
  readonly characterSet?: string
  readonly collation?: string
  readonly user?: readonly string[]
  readonly owner?: string
}

export const createDatabase = (
  context: CliContext,
  nameOrId: string,
  name: string,
  options: CreateDatabaseOptions,
): Promise<void> => {
  const { characterSet, collation, user: users, owner } = options
  return beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) =>
      mutate(context, CreateDatabaseDocument, { ...target, name, characterSet, collation, users, owner }),
    begins: (instance) => `making database ${name} in ${instance}`,
    failed: (instance) => `database ${name} could not be made in ${instance}`,
    ended: (instance) => `${instance} has database ${name}`,
  })
}

export const deleteDatabase = async (
  context: CliContext,
  nameOrId: string,
  name: string,
  options: WaitOptions & { readonly yes: boolean },
): Promise<void> => {
  const instance = await findInstance(context, nameOrId)
  if (!options.yes) {
    const what = `This deletes database ${name} of ${instance.name} with everything in it, for good.`
    await confirmName(context, name, what, `${name} was not deleted`)
  }
  await beginOperation(context, options, {
    find: async () => instance,
    send: (target) => mutate(context, DeleteDatabaseDocument, { ...target, name }),
    begins: (of) => `deleting database ${name} of ${of}`,
    failed: (of) => `database ${name} of ${of} could not be deleted`,
    ended: (of) => `${of} has no database ${name} any more`,
  })
}

export const listDatabases = async (context: CliContext, nameOrId: string, options: ListOptions): Promise<void> => {
  const { accounts, users, datastore } = await findAccounts(context, nameOrId, options)
  const listed = accounts.databases.map(({ name, origin, missing }) => ({
    name,
    origin,
    missing,
    users: users.filter((user) => user.databases.includes(name)).map((user) => user.name),
  }))
  await context.output.list(
    listed,
    [
      ['NAME', ({ name }) => name],
      ['USERS', (one) => one.users.join(', ')],
      ['MADE', madeInWords],
    ],
    noDatabases(context, nameOrId, datastore),
  )
  await withMore(context, accounts.moreDatabases, 'databases')
}

/** Of an engine that this program does not know, it says what holds for most. */
const noDatabases = ({ invocation }: CliContext, nameOrId: string, datastore: string): string => {
  const databases = findEngine(datastore)?.databases
  return databases?.kind === 'numbered'
    ? `None to list: ${databases.refusal}`
    : `There are no databases in it. Make one: ${invocation} database create ${nameOrId} app`
}
