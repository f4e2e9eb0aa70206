import type { Credential, PublicCommand } from '../../commands/api.ts'
import { datastoreChoice } from '../../domain/engines/registry.ts'
import type { SchemaParts } from '../builder.ts'
import { withoutNulls } from '../input.ts'
import { type AcceptedInterface, defineResult, idempotencyKeyField } from '../mutation.ts'
import { projectForWrite } from '../pipeline/tenancy.ts'
import { type Written, write } from '../write.ts'
import { writtenInstance, writtenOperation } from './instance-commands.ts'

export const addCreateInstance = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder } = parts
  const CreateInstanceInput = defineInput(parts)
  const CreateInstanceResult = defineResult(parts, {
    name: 'CreateInstanceResult',
    accepted: defineCreateAccepted(parts, Accepted),
    description: 'What became of `createInstance`.',
  })
  builder.mutationField('createInstance', (t) =>
    t.field({
      type: CreateInstanceResult,
      args: { input: t.arg({ type: CreateInstanceInput, required: true, description: 'What is wished for.' }) },
      description:
        'Asks for a database server. Answers at once with the instance in `PROVISIONING`; its operation says how it goes and ends within its deadline.',
      resolve: (_root, { input: { idempotencyKey, projectId, ...wish } }, context) => {
        const owner = projectForWrite(context.session, projectId)
        if (typeof owner !== 'string') return owner
        const command: PublicCommand = { type: 'CreateInstance', projectId: owner, ...withoutNulls(wish) }
        return write(context, { command, idempotencyKey })
      },
    }),
  )
}

const defineCreateAccepted = ({ builder, Instance, Operation }: SchemaParts, Accepted: AcceptedInterface) => {
  const CredentialType = builder.objectRef<Credential>('Credential').implement({
    description:
      'How to log in. Shown in this answer only; a repeat with the same `idempotencyKey` and input gives the same.',
    fields: (t) => ({
      user: t.exposeString('user', { description: 'The name of the user.' }),
      password: t.exposeString('password', { description: 'As it was given, or generated.' }),
      databases: t.exposeStringList('databases', {
        complexity: 1,
        description: 'The databases the user may use in full.',
      }),
    }),
  })
  return builder.objectRef<Written>('CreateInstanceAccepted').implement({
    description: 'The instance has been asked for and is being made.',
    interfaces: [Accepted],
    fields: (t) => ({
      instanceId: t.id({
        nullable: true,
        description: 'The new instance.',
        resolve: ({ answer }) => answer.instanceId,
      }),
      operationId: t.id({ nullable: true, description: 'What makes it.', resolve: ({ answer }) => answer.operationId }),
      instance: t.field({
        type: Instance,
        nullable: true,
        description: 'The new instance. Null only while `upToDate` is false.',
        resolve: (written, _args, context) => writtenInstance(written, context),
      }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'What makes it. Null only while `upToDate` is false.',
        resolve: (written, _args, context) => writtenOperation(written, context),
      }),
      credentials: t.field({
        type: [CredentialType],
        description: 'One a user, with the password in clear: keep it, as it is kept nowhere else.',
        resolve: ({ answer }) => answer.credentials,
      }),
    }),
  })
}

const defineInput = ({ builder }: SchemaParts) => {
  const DatabaseInput = builder.inputType('DatabaseInput', {
    description: 'A database to make.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Its name, within what the datastore accepts.' }),
      characterSet: t.string({ description: "The datastore's default if left out." }),
      collation: t.string({ description: "The datastore's default if left out." }),
    }),
  })
  const UserInput = builder.inputType('UserInput', {
    description: 'A user to make.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Its name, within what the datastore accepts.' }),
      password: t.string({ description: 'Generated if left out.' }),
      databases: t.stringList({
        description:
          'What it may use in full. If left out: all databases of this request, or, when it names none, a database with the name of the user, which is made.',
      }),
    }),
  })
  return builder.inputType('CreateInstanceInput', {
    description: 'The wish for a database server.',
    fields: (t) => ({
      name: t.string({ required: true, description: 'Unique in the project among what is not deleted.' }),
      datastore: t.string({
        required: true,
        description: `${datastoreChoice}, as \`datastores\` lists them.`,
      }),
      version: t.string({
        description: "A prefix picks the newest: `17` may become `17.10`. The datastore's default if left out.",
      }),
      flavor: t.id({
        description: 'The id of a flavor; the default of the server (`COFFER_DEFAULT_FLAVOR`) if left out.',
      }),
      volumeGiB: t.int({
        description: 'Size of the volume in GiB; the default of the server (`COFFER_DEFAULT_VOLUME_GIB`) if left out.',
      }),
      databases: t.field({ type: [DatabaseInput], description: 'Made with the instance.' }),
      users: t.field({ type: [UserInput], description: 'Made with the instance.' }),
      projectId: t.id({ description: "Admins only: for which project; one's own if left out." }),
      ...idempotencyKeyField(t),
    }),
  })
}
