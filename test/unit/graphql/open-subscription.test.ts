import { describe, expect, it } from 'vitest'
import type { ApiContext } from '../../../graphql/context.ts'
import { createProjectSlots } from '../../../graphql/server/project-slots.ts'
import { createTurns } from '../../../graphql/server/turns.ts'
import { createSession } from '../../../graphql/session.ts'
import { openSubscription } from '../../../graphql/subscriptions/open.ts'
import { systemTimers } from '../../../kernel/timers.ts'
import { shop } from './api-under-test.ts'

const open = (caller: AbortSignal) => {
  let count = 0
  const onChange = (now: number) => {
    count = now
  }
  const context = {
    session: createSession({ subject: 'a', projectId: shop, roles: ['reader'] }, async () => true),
    signal: caller,
    backend: {
      slots: createProjectSlots({ perProject: 5, onChange }),
      takeTurn: createTurns(systemTimers, 1),
      timers: systemTimers,
      closing: new AbortController().signal,
      settings: { revalidateTokenMs: 60_000 },
    },
    // All of a context that opening a subscription looks at.
  } as unknown as ApiContext
  const values = openSubscription(context, async function* numbers() {
    for (let n = 0; ; n += 1) yield n
  })
  return { values, slots: () => count }
}

describe('an open subscription', () => {
  it('is freed when its caller leaves, though nobody asks for a value any more', async () => {
    const caller = new AbortController()
    const { values, slots } = open(caller.signal)
    expect(await values.next()).toEqual({ done: false, value: 0 })
    expect(slots()).toBe(1)
    caller.abort()
    expect(slots()).toBe(0)
    expect(await values.next()).toEqual({ done: true, value: undefined })
  })

  it('is freed at once when its caller has left before', () => {
    expect(open(AbortSignal.abort()).slots()).toBe(0)
  })
})
