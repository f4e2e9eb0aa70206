import { z } from 'zod'
import { host, hostStream } from '../../domain/host/index.ts'
import { hostIdSchema } from '../../domain/ids.ts'
import { proseRefusal } from '../../domain/values/prose.ts'
import { isoNow } from '../../kernel/clock.ts'
import { shownId } from './answers.ts'
import { defineCommand } from './definition.ts'
import { handleAs } from './handle-as.ts'
import { textField, uuidField } from './input.ts'

const id = () => uuidField(hostIdSchema, 'host id', 'The id of the host.')
const answered = { hostId: shownId(hostIdSchema, 'The host.') }

/** Before maintenance, say: nothing new comes, and what is there goes on. */
export const cordonHost = defineCommand({
  name: 'CordonHost',
  role: 'admin',
  does: 'Admins only. Keeps new databases off a host, as before maintenance. Those that it has go on, and are changed like any others.',
  asks: 'Which host, and why.',
  input: z.strictObject({ id: id(), reason: textField('For people: at most 500 characters.').optional() }),
  faults: ({ reason }) => [reason === undefined ? null : proseRefusal('a reason', reason, 'reason')],
  answer: { name: 'CordonHost', says: 'The host gets no new databases.', fields: z.object(answered) },
  carryOut: (dependencies, job, { id: hostId, reason = null }) => {
    const command = { type: 'CordonHost', hostId, reason, now: isoNow(dependencies.clock) } as const
    return handleAs(dependencies, job, host, hostStream(hostId), command, { hostId })
  },
})

export const uncordonHost = defineCommand({
  name: 'UncordonHost',
  role: 'admin',
  does: 'Admins only. Lets a host have new databases again.',
  asks: 'Which host.',
  input: z.strictObject({ id: id() }),
  answer: { name: 'UncordonHost', says: 'The host gets new databases again.', fields: z.object(answered) },
  carryOut: (dependencies, job, { id: hostId }) =>
    handleAs(dependencies, job, host, hostStream(hostId), { type: 'UncordonHost', hostId }, { hostId }),
})
