import { z } from 'zod'
import { rootUser } from '../../domain/values/root-user.ts'
import { beginSealed } from '../dispatch/begin-sealed.ts'
import { beginOperation } from '../dispatch/change-instance.ts'
import { credentialsAnswer, instanceOperationAnswer } from './answers.ts'
import { defineCommand } from './definition.ts'
import { instanceIdField, textField } from './input.ts'

export const enableRoot = defineCommand({
  name: 'EnableRoot',
  role: 'member',
  does: `Lets the user \`${rootUser}\` log in to a running instance. It may do all that Coffer does not keep for itself. One that is enabled already gets a new password. Answers with it, and shows it only this once, when the engine has taken it, or after 2 s; then the operation continues in the background, beside others.`,
  asks: 'In which instance.',
  input: z.strictObject({ id: instanceIdField(), password: textField('Generated if left out.').optional() }),
  versioned: true,
  answer: credentialsAnswer,
  carryOut: (dependencies, job, { id, password }) =>
    beginSealed(dependencies, job, id, {
      users: [{ name: rootUser, password }],
      fieldOf: () => 'password',
      wish: ([sealed]) => {
        if (sealed === undefined) throw new Error('no password was sealed')
        return { kind: 'enable-root', wish: { sealedPassword: sealed.sealedPassword } }
      },
    }),
})

export const disableRoot = defineCommand({
  name: 'DisableRoot',
  role: 'member',
  does: `Deletes the user \`${rootUser}\` of a running instance and ends its sessions. What it made in databases stays. Answers when the engine has, or after 2 s; then the operation continues in the background, beside others.`,
  asks: 'In which instance.',
  input: z.strictObject({ id: instanceIdField() }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id }) => beginOperation(dependencies, job, id, { kind: 'disable-root', wish: {} }),
})
