import { z } from 'zod'
import { beginOperation } from '../dispatch/change-instance.ts'
import { instanceOperationAnswer } from './answers.ts'
import { defineCommand } from './definition.ts'
import { instanceIdField, textField } from './input.ts'

export const createDatabase = defineCommand({
  name: 'CreateDatabase',
  role: 'member',
  does: 'Makes a database in an instance that is running. Answers when the engine has, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'Which database, and in which instance.',
  input: z.strictObject({
    id: instanceIdField(),
    name: textField('Its name, within what the datastore accepts.'),
    characterSet: textField("The datastore's default if left out.").optional(),
    collation: textField("The datastore's default if left out.").optional(),
    users: z
      .array(z.string())
      .readonly()
      .meta({
        description:
          'The users of the instance that may use it in full. If left out: its owner, or without one those that may use all its other databases.',
      })
      .optional(),
    owner: textField(
      'The user of the instance that it belongs to, where the datastore has owners. Others are given it only if `users` names them.',
    ).optional(),
  }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id, name, characterSet = null, collation = null, users = null, owner = null }) =>
    beginOperation(dependencies, job, id, {
      kind: 'create-database',
      wish: { name, characterSet, collation, users: users && [...new Set(users)], owner },
    }),
})

export const deleteDatabase = defineCommand({
  name: 'DeleteDatabase',
  role: 'member',
  does: 'Deletes a database of a running instance with its data, for good, also while clients use it. Answers when the engine has, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'Which database, and of which instance.',
  input: z.strictObject({ id: instanceIdField(), name: textField('The name of the database.') }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id, name }) =>
    beginOperation(dependencies, job, id, { kind: 'delete-database', wish: { name } }),
})
