import { confirmName } from '../confirm-name.ts'
import type { CliContext } from '../context.ts'
import { findInstance } from '../find-instance.ts'
import { CreateDatabaseDocument, DeleteDatabaseDocument } from '../generated/graphql.ts'
import { mutate } from '../mutate.ts'
import { beginOperation, type WaitOptions } from './begin-operation.ts'

export type CreateDatabaseOptions = WaitOptions & {
  readonly characterSet?: string
  readonly collation?: string
  readonly user?: readonly string[]
}

export const createDatabase = (
  context: CliContext,
  nameOrId: string,
  name: string,
  options: CreateDatabaseOptions,
): Promise<void> => {
  const { characterSet, collation, user: users } = options
  return beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) => mutate(context, CreateDatabaseDocument, { ...target, name, characterSet, collation, users }),
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

export const listDatabases = async (context: CliContext, nameOrId: string): Promise<void> => {
  const { databases, users } = await findInstance(context, nameOrId)
  const listed = databases.map((name) => ({
    name,
    users: users.filter((user) => user.databases.includes(name)).map((user) => user.name),
  }))
  await context.output.list(
    listed,
    [
      ['NAME', ({ name }) => name],
      ['USERS', (one) => one.users.join(', ')],
    ],
    `There are no databases in it. Make one: ${context.invocation} database create ${nameOrId} app`,
  )
}
