import type { PublicCommand } from '../../commands/api.ts'
import { type InstanceId, instanceIdSchema, projectIdSchema } from '../../domain/ids.ts'
import type { Rejection } from '../../domain/rejection.ts'
import type { ObjectRef, SchemaParts } from '../builder.ts'
import type { ApiContext } from '../context.ts'
import { tryParseId } from '../ids.ts'
import { isGiven } from '../input.ts'
import { type AcceptedInterface, defineResult, expectedVersionField, idempotencyKeyField } from '../mutation.ts'
import { readBack, type Written, write } from '../write.ts'
import { invalidId } from './refusal.ts'

/** What people do to an instance that exists. Creating one is in `create-instance.ts`. */
export const addInstanceCommands = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const result = addOperationCommand(parts, Accepted)
  addGrowVolume(parts, result)
  addUnlistedCommands(parts, result)
  addRename(parts, Accepted)
}

/** The instance a command was about, read back. */
export const writtenInstance = ({ answer }: Written, context: ApiContext) => {
  const { instanceId } = answer
  return instanceId === null ? null : readBack(context, () => context.loadInstance(instanceId))
}

/** The operation a command began, read back. */
export const writtenOperation = ({ answer }: Written, context: ApiContext) => {
  const { operationId } = answer
  return operationId === null ? null : readBack(context, () => context.loadOperation(operationId))
}

type InstanceInput = {
  readonly id: string
  readonly idempotencyKey?: string | null
  readonly expectedVersion?: number | null
}

/** Answers an id that is none as one that does not exist. */
const writeToInstance = async (
  context: ApiContext,
  { id, idempotencyKey, expectedVersion }: InstanceInput,
  command: (instanceId: InstanceId) => PublicCommand,
): Promise<Written | Rejection> => {
  const parsed = instanceIdSchema.safeParse(id)
  if (!parsed.success) return invalidId(id, 'an instance')
  return write(context, { command: command(parsed.data), idempotencyKey, expectedVersion })
}

const operationCommands = {
  restartInstance: { type: 'RestartInstance', does: 'Restarts the engine.' },
  stopInstance: { type: 'StopInstance', does: 'Stops the engine and keeps the data.' },
  startInstance: { type: 'StartInstance', does: 'Starts a stopped engine.' },
  deleteInstance: { type: 'DeleteInstance', does: 'Deletes the instance with everything in it, for good.' },
} as const

const addOperationCommand = (parts: SchemaParts, Accepted: AcceptedInterface) => {
  const { builder, Instance, Operation } = parts
  const InstanceOperationAccepted = builder.objectRef<Written>('InstanceOperationAccepted').implement({
    description: 'The operation has begun, or there was nothing to do.',
    interfaces: [Accepted],
    fields: (t) => ({
      instanceId: t.id({ nullable: true, description: 'The instance.', resolve: ({ answer }) => answer.instanceId }),
      operationId: t.id({
        nullable: true,
        description: 'The operation that does it. Null when the instance already is as wished.',
        resolve: ({ answer }) => answer.operationId,
      }),
      instance: t.field({
        type: Instance,
        nullable: true,
        description: 'The instance as it is now. Null only while `upToDate` is false.',
        resolve: (written, _args, context) => writtenInstance(written, context),
      }),
      operation: t.field({
        type: Operation,
        nullable: true,
        description: 'Null when there was nothing to do, or while `upToDate` is false.',
        resolve: (written, _args, context) => writtenOperation(written, context),
      }),
    }),
  })
  const InstanceOperationResult = defineResult(parts, {
    name: 'InstanceOperationResult',
    accepted: InstanceOperationAccepted,
    description: 'What became of a command to an instance.',
  })

  for (const [field, { type, does }] of Object.entries(operationCommands)) {
    const Input = builder.inputType(`${type}Input`, {
      description: `${does} Input.`,
      fields: (t) => ({
        id: t.id({ required: true, description: 'The id of the instance.' }),
        ...idempotencyKeyField(t),
        ...expectedVersionField(t),
      }),
    })
    builder.mutationField(field, (t) =>
      t.field({
        type: InstanceOperationResult,
        args: { input: t.arg({ type: Input, required: true, description: 'Which instance.' }) },
        description: `${does} Answers at once; the operation goes on by itself.`,
        resolve: (_root, { input }, context) => writeToInstance(context, input, (instanceId) => ({ type, instanceId })),
      }),
    )
  }
  return InstanceOperationResult
}

const addGrowVolume = ({ builder }: SchemaParts, Result: ReturnType<typeof addOperationCommand>): void => {
  const Input = builder.inputType('GrowVolumeInput', {
    description: 'Which volume is to grow, and to what.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the instance.' }),
      volumeGiB: t.int({ required: true, description: 'What its volume is to have in all, in GiB: more than now.' }),
      ...idempotencyKeyField(t),
      ...expectedVersionField(t),
    }),
  })
  builder.mutationField('growVolume', (t) =>
    t.field({
      type: Result,
      args: { input: t.arg({ type: Input, required: true, description: 'Which volume, and its size.' }) },
      description:
        'Gives an instance a larger volume, also one that is full, stopped or failed. It cannot be cancelled or undone. Answers at once; the operation goes on by itself.',
      resolve: (_root, { input }, context) =>
        writeToInstance(context, input, (instanceId) => ({
          type: 'GrowVolume',
          instanceId,
          volumeGiB: input.volumeGiB,
        })),
    }),
  )
}

const addUnlistedCommands = ({ builder }: SchemaParts, Result: ReturnType<typeof addOperationCommand>): void => {
  const AdoptInput = builder.inputType('AdoptInstanceInput', {
    description: 'Which unlisted instance, and whose it is.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the instance, as its host lists it.' }),
      projectId: t.id({ description: 'The project it belongs to. By default the one it was made for.' }),
      name: t.string({ description: 'Its name. By default the one it was made with.' }),
      ...idempotencyKeyField(t),
    }),
  })
  builder.mutationField('adoptInstance', (t) =>
    t.field({
      type: Result,
      args: { input: t.arg({ type: AdoptInput, required: true, description: 'Which one.' }) },
      description:
        'Admins only. Takes an instance into the log that a host has and the log does not know of. Its engine is not touched.',
      resolve: (_root, { input }, context) => {
        const projectId = isGiven(input.projectId) ? tryParseId(projectIdSchema, input.projectId) : undefined
        if (projectId === null) return invalidId(input.projectId ?? '', 'a project')
        return writeToInstance(context, input, (instanceId) => ({
          type: 'AdoptInstance',
          instanceId,
          ...(projectId && { projectId }),
          ...(isGiven(input.name) && { name: input.name }),
        }))
      },
    }),
  )
  const RemoveInput = builder.inputType('RemoveUnlistedInstanceInput', {
    description: 'Which unlisted instance.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the instance, as its host lists it.' }),
      ...idempotencyKeyField(t),
    }),
  })
  builder.mutationField('removeUnlistedInstance', (t) =>
    t.field({
      type: Result,
      args: { input: t.arg({ type: RemoveInput, required: true, description: 'Which one.' }) },
      description:
        'Admins only. Removes an instance, with all its data, that a host has and the log does not know of. Answers at once.',
      resolve: (_root, { input }, context) =>
        writeToInstance(context, input, (instanceId) => ({ type: 'RemoveUnlistedInstance', instanceId })),
    }),
  )
}

const addRename = (parts: SchemaParts, Accepted: AcceptedInterface): void => {
  const { builder, Instance } = parts
  const RenameInstanceAccepted: ObjectRef<Written> & { name: string } = builder
    .objectRef<Written>('RenameInstanceAccepted')
    .implement({
      description: 'The instance has its new name.',
      interfaces: [Accepted],
      fields: (t) => ({
        instanceId: t.id({ nullable: true, description: 'The instance.', resolve: ({ answer }) => answer.instanceId }),
        instance: t.field({
          type: Instance,
          nullable: true,
          description: 'The instance as it is now. Null only while `upToDate` is false.',
          resolve: (written, _args, context) => writtenInstance(written, context),
        }),
      }),
    })
  const RenameInstanceResult = defineResult(parts, {
    name: 'RenameInstanceResult',
    accepted: RenameInstanceAccepted,
    description: 'What became of `renameInstance`.',
  })
  const RenameInstanceInput = builder.inputType('RenameInstanceInput', {
    description: 'Which instance, and its new name.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The id of the instance.' }),
      name: t.string({ required: true, description: 'The new name.' }),
      ...idempotencyKeyField(t),
      ...expectedVersionField(t),
    }),
  })
  builder.mutationField('renameInstance', (t) =>
    t.field({
      type: RenameInstanceResult,
      args: {
        input: t.arg({ type: RenameInstanceInput, required: true, description: 'Which instance, and its new name.' }),
      },
      description: 'Gives an instance another name. The engine is not touched.',
      resolve: (_root, { input }, context) =>
        writeToInstance(context, input, (instanceId) => ({ type: 'RenameInstance', instanceId, name: input.name })),
    }),
  )
}
