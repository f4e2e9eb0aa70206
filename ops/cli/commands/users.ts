import type { AccessLevel } from '../../../domain/values/access-levels.ts'
import { confirmName } from '../confirm-name.ts'
import type { CliContext } from '../context.ts'
import { findInstance } from '../find-instance.ts'
import {
  ChangePasswordDocument,
  CreateUsersDocument,
  type CredentialsFragment,
  DeleteUsersDocument,
  GrantAccessDocument,
  type InstanceFragment,
  RevokeAccessDocument,
} from '../generated/graphql.ts'
import { mutate, mutateOnce } from '../mutate.ts'
import { formatFields } from '../output.ts'
import { type PasswordOptions, usersWithPasswords } from '../passwords.ts'
import { findAccounts, type ListOptions, madeInWords, withMore } from './accounts.ts'
import { beginOperation, type WaitOptions } from './begin-operation.ts'

export type CreateUsersOptions = WaitOptions &
  PasswordOptions & {
    readonly database?: readonly string[]
    readonly level: AccessLevel
    readonly host?: string
  }

export const createUsers = async (
  context: CliContext,
  nameOrId: string,
  users: readonly string[],
  options: CreateUsersOptions,
): Promise<void> => {
  const { database: databases, level, host } = options
  const asked = await usersWithPasswords(context, users, options)
  const names = asked.map(({ name }) => name).join(', ')
  await beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) =>
      mutateOnce(context, CreateUsersDocument, {
        ...target,
        users: asked.map((user) => ({ ...user, databases, level: levelOf(level), host })),
      }),
    begins: (instance) => `making ${names} in ${instance}`,
    failed: (instance) => `${names} could not be made in ${instance}`,
    ended: (instance) => `${instance} has ${names}`,
    shows: credentialsOf,
  })
}

export const changePassword = async (
  context: CliContext,
  nameOrId: string,
  user: string,
  options: WaitOptions & PasswordOptions & { readonly keepFormer: boolean },
): Promise<void> => {
  const [asked] = await usersWithPasswords(context, [user], options)
  const { name = user, password } = asked ?? {}
  await beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) =>
      mutateOnce(context, ChangePasswordDocument, { ...target, name, password, keepFormer: options.keepFormer }),
    begins: (instance) => `changing the password of ${name} in ${instance}`,
    failed: (instance) => `the password of ${name} in ${instance} could not be changed`,
    ended: () =>
      options.keepFormer
        ? `${name} has this password; the former one works until the next change`
        : `${name} has this password, and no other`,
    shows: credentialsOf,
  })
}

export const deleteUsers = async (
  context: CliContext,
  nameOrId: string,
  names: readonly string[],
  options: WaitOptions & { readonly yes: boolean },
): Promise<void> => {
  const instance = await findInstance(context, nameOrId)
  const all = names.join(', ')
  if (!options.yes) {
    const what = `This deletes ${all} of ${instance.name} and ends their sessions.`
    await confirmName(context, all, what, `${all} was not deleted`)
  }
  await beginOperation(context, options, {
    find: async () => instance,
    send: (target) => mutate(context, DeleteUsersDocument, { ...target, names }),
    begins: (of) => `deleting ${all} of ${of}`,
    failed: (of) => `${all} of ${of} could not be deleted`,
    ended: (of) => `${of} has no ${all} any more`,
  })
}

type AccessOptions = WaitOptions & { readonly database?: readonly string[] }

export const grantAccess = (
  context: CliContext,
  nameOrId: string,
  name: string,
  options: AccessOptions & { readonly level: AccessLevel },
): Promise<void> => {
  const { level, database: databases = [] } = options
  const what = `${level} in ${inWords(databases)}`
  return beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) => mutate(context, GrantAccessDocument, { ...target, name, databases, level: levelOf(level) }),
    begins: (instance) => `giving ${name} ${what} of ${instance}`,
    failed: (instance) => `${name} could not be given ${what} of ${instance}`,
    ended: (instance) => `${name} may ${what} of ${instance}`,
  })
}

export const revokeAccess = (
  context: CliContext,
  nameOrId: string,
  name: string,
  options: AccessOptions,
): Promise<void> => {
  const { database: databases = [] } = options
  return beginOperation(context, options, {
    find: () => findInstance(context, nameOrId),
    send: (target) => mutate(context, RevokeAccessDocument, { ...target, name, databases }),
    begins: (instance) => `taking ${inWords(databases)} of ${instance} from ${name}`,
    failed: (instance) => `${inWords(databases)} of ${instance} could not be taken from ${name}`,
    ended: (instance) => `${name} may do nothing in ${inWords(databases)} of ${instance}`,
  })
}

const levelOf = (level: AccessLevel) => level.toUpperCase() as Uppercase<AccessLevel>

const inWords = (databases: readonly string[]): string =>
  databases.length === 0 ? 'all databases' : databases.join(', ')

export const listUsers = async (context: CliContext, nameOrId: string, options: ListOptions): Promise<void> => {
  const { accounts, users } = await findAccounts(context, nameOrId, options)
  const unknown = { host: null, databases: [], access: [] }
  const listed = accounts.users.map((listed) => ({
    ...(users.find(({ name }) => listed.origin === 'COFFER' && name === listed.name) ?? unknown),
    ...listed,
  }))
  await context.output.list(
    listed,
    [
      ['NAME', ({ name }) => name],
      ['FROM', ({ host, origin }) => (origin === 'ENGINE' ? '' : (host ?? 'everywhere'))],
      ['MAY', (user) => (user.origin === 'ENGINE' ? '' : accessInWords(user))],
      ['MADE', madeInWords],
    ],
    `There are no users in it. Make one: ${context.invocation} user create ${nameOrId} app`,
  )
  await withMore(context, accounts.moreUsers, 'users')
}

const accessInWords = ({ access }: Pick<InstanceFragment['users'][number], 'access'>): string =>
  access.length === 0
    ? 'nothing'
    : access.map(({ database, level }) => `${level.toLowerCase()} ${database ?? 'everything'}`).join(', ')

export const credentialsOf = ({ credentials }: CredentialsFragment) => ({
  value: { credentials },
  lines: [
    ...credentials.flatMap(({ user, password }) =>
      formatFields([
        ['user', user],
        ['password', password],
      ]),
    ),
    'Keep the password now: it is stored nowhere and never shown again.',
    '',
  ],
})
