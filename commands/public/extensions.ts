import { z } from 'zod'
import { beginOperation } from '../dispatch/change-instance.ts'
import { instanceOperationAnswer } from './answers.ts'
import { defineCommand } from './definition.ts'
import { instanceIdField, textField } from './input.ts'

const which = z.strictObject({
  id: instanceIdField(),
  database: textField('The database, which Coffer made.'),
  name: textField('The name of the extension, such as `pg_trgm`.'),
})

export const createExtension = defineCommand({
  name: 'CreateExtension',
  role: 'member',
  does: 'Creates an extension in a database of a running instance, for all who use the database in full. One that is not offered fails with a list of those that are. Answers when the engine has, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'Which extension, and where.',
  input: which,
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id, ...wish }) =>
    beginOperation(dependencies, job, id, { kind: 'create-extension', wish }),
})

export const dropExtension = defineCommand({
  name: 'DropExtension',
  role: 'member',
  does: 'Drops an extension of a database of a running instance. One that something in the database uses stays, and the operation says so. Answers when the engine has, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'Which extension, and where.',
  input: which,
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id, ...wish }) =>
    beginOperation(dependencies, job, id, { kind: 'drop-extension', wish }),
})
