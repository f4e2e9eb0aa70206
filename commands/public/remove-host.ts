import { z } from 'zod'
import { host, hostStream } from '../../domain/host/index.ts'
import { hostIdSchema } from '../../domain/ids.ts'
import { isoNow } from '../../kernel/clock.ts'
import { shownId } from './answers.ts'
import { defineCommand } from './definition.ts'
import { handleAs } from './handle-as.ts'
import { idField, tryWith } from './input.ts'

/** Declares a host gone for good. What it was asked for and what it had are seen to by the sagas. */
export const removeHost = defineCommand({
  name: 'RemoveHost',
  role: 'admin',
  does: 'Admins only. Declares a host gone for good: its databases end `FAILED` with the code `HOST_REMOVED`, what waits for it is settled, and its name is free. Should it come back, it is not let in.',
  asks: 'Which host.',
  input: z.strictObject({
    id: idField(tryWith(hostIdSchema), { noun: 'host id', expected: 'a UUID', description: 'The id of the host.' }),
    force: z
      .boolean()
      .meta({
        description:
          'Also while the host is `UP` and has databases: they are given up with it. Else that is refused with `INVALID_STATE`.',
      })
      .default(false),
  }),
  answer: {
    name: 'RemoveHost',
    says: 'The host is removed. Its databases become `FAILED` within moments and hold no quota any more.',
    fields: z.object({ hostId: shownId(hostIdSchema, 'The id of the host that was removed.') }),
  },
  carryOut: (dependencies, job, { id: hostId, force }) => {
    const command = { type: 'RemoveHost', hostId, force, now: isoNow(dependencies.clock) } as const
    return handleAs(dependencies, job, host, hostStream(hostId), command, { hostId })
  },
})
