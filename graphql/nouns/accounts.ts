import {
  type AccountOrigin,
  type ListedDatabase,
  type ListedUser,
  listedDatabases,
  listedUsers,
} from '../../domain/values/listed-accounts.ts'
import type { InstanceDocument } from '../../projections/views/instance-document.ts'
import type { SchemaParts } from '../builder.ts'

export const addAccess = ({ builder, AccessLevel }: SchemaParts) =>
  builder.objectRef<ListedUser['access'][number]>('Access').implement({
    description: 'What a user may do in a database.',
    fields: (t) => ({
      database: t.exposeString('database', {
        nullable: true,
        description: 'Null for the whole engine, where its databases have no names.',
      }),
      level: t.expose('level', { type: AccessLevel, description: 'What it may do.' }),
    }),
  })

/** What is in the engine of an instance, whoever made it. */
export const addAccounts = ({ builder, Instance }: SchemaParts, Access: ReturnType<typeof addAccess>): void => {
  const Origin = builder.enumType('AccountOrigin', {
    description: 'Who made a database or a user.',
    values: {
      COFFER: { description: 'Coffer, with the instance or since.' },
      ENGINE: {
        description: 'Somebody in the engine, as by SQL. Coffer can delete it, and changes nothing else of it.',
      },
    } satisfies Readonly<Record<AccountOrigin, { readonly description: string }>>,
  })
  const missing = 'Coffer made it, and somebody has dropped it in the engine since.'
  const Database = builder.objectRef<ListedDatabase>('ListedDatabase').implement({
    description: 'A database, as its engine has it.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      origin: t.expose('origin', { type: Origin, description: 'Who made it.' }),
      missing: t.exposeBoolean('missing', { description: missing }),
    }),
  })
  const User = builder.objectRef<ListedUser>('ListedUser').implement({
    description: 'A user, as its engine has it.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      origin: t.expose('origin', { type: Origin, description: 'Who made it.' }),
      missing: t.exposeBoolean('missing', { description: missing }),
      host: t.exposeString('host', {
        nullable: true,
        description: 'From where one that Coffer made may come; null for everywhere.',
      }),
      access: t.expose('access', {
        type: [Access],
        complexity: { field: 1, multiplier: 1 },
        description: 'What one that Coffer made may do in which databases.',
      }),
    }),
  })
  const Accounts = builder.objectRef<InstanceDocument>('InstanceAccounts').implement({
    description:
      'Databases and users in an engine, whoever made them. It may be 10 s old while the engine is healthy: `refreshAccounts` looks now. Of those that others made, the first hundred of each kind are told.',
    fields: (t) => ({
      databases: t.field({
        type: [Database],
        complexity: { field: 1, multiplier: 1 },
        description: 'Those that Coffer made first.',
        resolve: listedDatabases,
      }),
      moreDatabases: t.int({
        description: 'How many there are besides, that others made.',
        resolve: ({ observed }) => observed.databases.moreMade,
      }),
      users: t.field({
        type: [User],
        complexity: { field: 1, multiplier: 1 },
        description: 'Those that Coffer made first. The root user is not among them.',
        resolve: listedUsers,
      }),
      moreUsers: t.int({
        description: 'How many there are besides, that others made.',
        resolve: ({ observed }) => observed.users.moreMade,
      }),
    }),
  })
  builder.objectField(Instance, 'accounts', (t) =>
    t.field({
      type: Accounts,
      description: 'The databases and users in its engine, also those that people made by SQL.',
      resolve: (instance) => instance,
    }),
  )
}
