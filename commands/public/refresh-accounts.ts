import { z } from 'zod'
import { beginOperation } from '../dispatch/change-instance.ts'
import { instanceOperationAnswer } from './answers.ts'
import { defineCommand } from './definition.ts'
import { instanceIdField } from './input.ts'

export const refreshAccounts = defineCommand({
  name: 'RefreshAccounts',
  role: 'member',
  does: 'Looks now which databases and users are in a running instance; its host looks every 10 s in any case. Answers when it has looked, or after 2 s; then the operation continues in the background, beside others.',
  asks: 'In which instance.',
  input: z.strictObject({ id: instanceIdField() }),
  versioned: true,
  answer: instanceOperationAnswer,
  carryOut: (dependencies, job, { id }) =>
    beginOperation(dependencies, job, id, { kind: 'refresh-accounts', wish: {} }),
})
