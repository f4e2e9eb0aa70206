import type { z } from 'zod'
import type { CommandName } from '../../commands/api.ts'
import { credentialsAnswer, instanceOperationAnswer } from '../../commands/public/answers.ts'
import { createInstance } from '../../commands/public/create-instance.ts'
import type { CommandDefinition } from '../../commands/public/definition.ts'
import { publicCommands } from '../../commands/public/registry.ts'
import { renameInstance } from '../../commands/public/rename-instance.ts'
import { enableRoot } from '../../commands/public/root.ts'
import { updateInstance } from '../../commands/public/update-instance.ts'
import { changePassword, createUsers } from '../../commands/public/users.ts'
import type { InstanceId, OperationId } from '../../domain/ids.ts'
import { awaitEnd } from '../await-end.ts'
import type { SchemaParts } from '../builder.ts'
import type { ApiContext } from '../context.ts'
import { type Mutations, readsBackAs } from '../mutation.ts'
import type { Noun } from '../noun.ts'

type Answer = typeof instanceOperationAnswer
type BeginsOperation = CommandDefinition<CommandName, z.ZodObject, Answer['fields']>

/** Every command that begins an operation on an instance, whatever it asks for. */
const begunByInstances = Object.values(publicCommands).filter(
  (command): command is typeof command & BeginsOperation => (command.answer as object) === instanceOperationAnswer,
)

/** What people do to instances. */
const addInstanceCommands = (parts: SchemaParts, { result, mutation }: Mutations): void => {
  const { Instance, Operation } = parts
  addCredential(parts)
  mutation(
    createInstance,
    result(createInstance.answer, {
      became: '`createInstance`',
      readsBack: {
        instance: readsBackAs(Instance, 'The new instance. Null only while `upToDate` is false.', writtenInstance),
        operation: readsBackAs(Operation, 'What makes it. Null only while `upToDate` is false.', writtenOperation),
      },
    }),
  )
  const asItIsNow = readsBackAs(
    Instance,
    'The instance as it is now. Null only while `upToDate` is false.',
    writtenInstance,
  )
  mutation(
    renameInstance,
    result(renameInstance.answer, { became: '`renameInstance`', readsBack: { instance: asItIsNow } }),
  )
  mutation(
    updateInstance,
    result(updateInstance.answer, { became: '`updateInstance`', readsBack: { instance: asItIsNow } }),
  )
  const begun = result(instanceOperationAnswer, {
    became: 'a command to an instance',
    awaits: awaitEnd,
    readsBack: {
      instance: asItIsNow,
      operation: readsBackAs(
        Operation,
        'Null when there was nothing to do, or while `upToDate` is false.',
        writtenOperation,
      ),
    },
  })
  for (const command of begunByInstances) mutation(command, begun)
  const shown = result(credentialsAnswer, {
    became: 'a command that gives users passwords',
    readsBack: begun.readsBack,
    awaits: awaitEnd,
  })
  for (const command of [createUsers, changePassword, enableRoot]) mutation(command, shown)
}

/** The instance a command was about. */
const writtenInstance = ({ instanceId }: { readonly instanceId: InstanceId }, context: ApiContext) =>
  context.loadInstance(instanceId)

/** The operation a command began or was about. */
export const writtenOperation = async (
  { operationId }: { readonly operationId: OperationId | null },
  context: ApiContext,
) => operationId && context.loadOperation(operationId)

const addCredential = ({ Credential }: SchemaParts): void => {
  Credential.implement({
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
}

export const instanceCommandsNoun: Noun = { add: addInstanceCommands }
