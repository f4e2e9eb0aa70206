import { describe, expect, it } from 'vitest'
import type { ApiContext } from '../../../graphql/context.ts'
import { createOutlets } from '../../../graphql/server/outlets.ts'
import { createProjectSlots } from '../../../graphql/server/project-slots.ts'
import { createTurns } from '../../../graphql/server/turns.ts'
import { createSession } from '../../../graphql/session.ts'
import { openSubscription } from '../../../graphql/subscriptions/open.ts'
import { systemKernel } from '../../../kernel/kernel.ts'
import { systemTimers } from '../../../kernel/timers.ts'
import { silentLog } from '../../support/silent-log.ts'
import { waitFor } from '../../support/wait-for.ts'
import { shop } from './api-under-test.ts'

const limits = { pingMs: 10, subscriberBufferBytes: 1000, projectBufferBytes: 1000, bufferBytes: 1000 }

const open = (caller: AbortSignal) => {
  const outlets = createOutlets({ limits, kernel: systemKernel(silentLog), onCut: () => {} })
  let count = 0
  const onChange = (now: number) => {
    count = now
  }
  const context = {
    session: createSession({ subject: 'a', projectId: shop, roles: ['reader'] }, async () => true),
    signal: caller,
    backend: {
      slots: createProjectSlots({ perProject: 5, onChange }),
      outlets,
      takeTurn: createTurns(systemTimers, 1),
      timers: systemTimers,
      closing: new AbortController().signal,
      settings: { revalidateTokenMs: 60_000 },
    },
    // All of a context that opening a subscription looks at.
  } as unknown as ApiContext
  const values = openSubscription(context, async function* numbers(_signal, tellHeld) {
    for (let n = 0; ; n += 1) {
      tellHeld(100 * n)
      yield n
    }
  })
  return { values, slots: () => count, waitingBytes: outlets.waitingBytes }
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

  it('counts what is read ahead for it, until it is freed', async () => {
    const caller = new AbortController()
    const { values, waitingBytes } = open(caller.signal)
    for (const bytes of [0, 100, 200]) {
      await values.next()
      expect(waitingBytes()).toBe(bytes)
    }
    caller.abort()
    expect(waitingBytes()).toBe(0)
  })

  it('is ended and freed when too much is read ahead for it, and its caller is told', async () => {
    const { values, slots, waitingBytes } = open(new AbortController().signal)
    for (let bytes = 0; bytes <= limits.subscriberBufferBytes; bytes += 100) await values.next()
    await values.next()
    await waitFor('it to be freed', () => slots() === 0)
    expect(waitingBytes()).toBe(0)
    await expect(values.next()).rejects.toMatchObject({ extensions: { code: 'UNAVAILABLE' } })
  })

  it('is freed at once when its caller has left before', () => {
    expect(open(AbortSignal.abort()).slots()).toBe(0)
  })
})
