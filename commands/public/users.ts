import { z } from 'zod'
import type { Sealed } from '../../domain/values/instance-spec.ts'
import { beginSealed } from '../dispatch/begin-sealed.ts'
import { beginOperation } from '../dispatch/change-instance.ts'
import { credentialsAnswer, instanceOperationAnswer } from './answers.ts'
import { userFields } from './create-instance-input.ts'
import { defineCommand } from './definition.ts'
import { flagField, instanceIdField, levelField, textField } from './input.ts'

const names = (description: string) => z.array(z.string()).readonly().meta({ description })

const newUser = z
  .strictObject(userFields('What it may use; all databases of the instance if left out.'))
  .meta({ inputType: 'NewUserInput', description: 'A user to make in an instance.' })

export const createUsers = defineCommand({
  name: 'CreateUsers',
  role: 'member',
  does: 'Makes users in an instance that is running. Answers with their passwords, which are shown only this once, when the engine has made them, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'Which users, and in which instance.',
  input: z.strictObject({
    id: instanceIdField(),
    users: z.array(newUser).readonly().meta({ description: 'Made together, or none of them where one is refused.' }),
  }),
  versioned: true,
  answer: credentialsAnswer,
  carryOut: (dependencies, job, { id, users }) =>
    beginSealed(dependencies, job, id, {
      users,
      fieldOf: (index) => `users[${index}].password`,
      wish: (sealed) => ({
        kind: 'create-users',
        wish: {
          asked: sealed.map(({ name, sealedPassword, databases, level = 'all', host = null }) => ({
            name,
            sealedPassword,
            databases: databases ? [...databases] : null,
            level,
            host,
          })),
        },
      }),
    }),
})

export const deleteUsers = defineCommand({
  name: 'DeleteUsers',
  role: 'member',
  does: 'Deletes users of a running instance and ends their sessions. What they made in databases stays. Answers when the engine has, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'Which users, and of which instance.',
  input: z.strictObject({ id: instanceIdField(), names: names('The names of the users.') }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id, names }) =>
    beginOperation(dependencies, job, id, { kind: 'delete-users', wish: { names: [...new Set(names)] } }),
})

export const changePassword = defineCommand({
  name: 'ChangePassword',
  role: 'member',
  does: 'Gives a user of a running instance another password. Sessions go on. Answers with it, and shows it only this once, when the engine has taken it, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'Which user, and of which instance.',
  input: z.strictObject({
    id: instanceIdField(),
    name: textField('The name of the user.'),
    password: textField('Generated if left out.').optional(),
    keepFormer: flagField(
      'Whether the password that it has now goes on working until the next change, where the datastore has that. It ends at once if left out.',
    ).optional(),
  }),
  versioned: true,
  answer: credentialsAnswer,
  carryOut: (dependencies, job, { id, name, password, keepFormer = false }) =>
    beginSealed(dependencies, job, id, {
      users: [{ name, password, databases: [] }],
      fieldOf: () => 'password',
      wish: (sealed) => ({ kind: 'change-password', wish: { ...only(sealed), keepFormer } }),
    }),
})

const only = ([user]: readonly { readonly name: string; readonly sealedPassword: Sealed }[]) => {
  if (user === undefined) throw new Error('no password was sealed')
  const { name, sealedPassword } = user
  return { name, sealedPassword }
}

const accessOf = {
  id: instanceIdField(),
  name: textField('The name of the user.'),
  databases: names('The databases. Empty where databases have no names: then it is the whole engine.'),
}

export const grantAccess = defineCommand({
  name: 'GrantAccess',
  role: 'member',
  does: 'Lets a user of a running instance read, write or use in full some databases, in place of what it may do in them. Sessions that may do less from now on end. Answers when the engine has, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'Which user, which databases, and what it may do in them.',
  input: z.strictObject({ ...accessOf, level: levelField('What it may do in them.') }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id, name, databases, level }) =>
    beginOperation(dependencies, job, id, {
      kind: 'grant-access',
      wish: { name, databases: [...new Set(databases)], level },
    }),
})

export const revokeAccess = defineCommand({
  name: 'RevokeAccess',
  role: 'member',
  does: 'Takes from a user of a running instance all access to some databases, and ends its sessions in them. The user stays. Answers when the engine has, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'Which user, and which databases.',
  input: z.strictObject(accessOf),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id, name, databases }) =>
    beginOperation(dependencies, job, id, {
      kind: 'revoke-access',
      wish: { name, databases: [...new Set(databases)] },
    }),
})
