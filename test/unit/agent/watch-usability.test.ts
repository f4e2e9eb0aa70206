import { describe, expect, it } from 'vitest'
import { EngineFault } from '../../../agent/engines/engine.ts'
import { createUsabilityWatch, type UsabilityDeps } from '../../../agent/supervision/watch-usability.ts'
import type { FaultCode } from '../../../domain/values/fault-codes.ts'
import { createVirtualKernel } from '../../support/virtual-kernel.ts'

const never = new AbortController().signal

const watch = (deps: Partial<UsabilityDeps>) =>
  createUsabilityWatch({
    ...createVirtualKernel(),
    main: { pid: process.pid, startedAtTicks: 0 },
    processes: async () => [],
    ask: async () => 'uncut',
    verify: async () => {},
    isEnding: async () => false,
    timeoutMs: 5000,
    uselessAfterMs: 0,
    patienceMs: deps.uselessAfterMs ?? 0,
    ...deps,
  })

const looks = async (deps: Partial<UsabilityDeps>, count: number) => {
  const watched = watch(deps)
  const seen = []
  for (let nth = 0; nth < count; nth += 1) seen.push(await watched.look(never))
  return seen
}

const refusing = (code: FaultCode) => async (): Promise<string> => {
  throw new EngineFault(code, 'it said no')
}

describe('an engine whose process runs', () => {
  it('is useless once it has refused every login for too long, and not before the third look', async () => {
    const seen = await looks({ ask: refusing('ENGINE_BROKEN') }, 4)
    expect(seen.map(({ is }) => is)).toEqual(['doubtful', 'ails', 'useless', 'useless'])
    expect(seen[2]).toMatchObject({ reason: 'it has refused every login for 0 s: it said no', ending: false })
    const patient = await looks({ ask: refusing('ENGINE_BROKEN'), uselessAfterMs: 60_000 }, 5)
    expect(patient.map(({ is }) => is)).toEqual(['doubtful', 'ails', 'ails', 'ails', 'ails'])
  })

  it.each(['ENGINE_REFUSED', 'ENGINE_CUT_OFF', 'ENDPOINT_NOT_TRUSTED', 'ENDPOINT_NOT_VERIFIED', 'DISK_FULL'] as const)(
    'is never useless when it answers with %s',
    async (code) => {
      const seen = await looks({ ask: refusing(code) }, 6)
      expect(seen.map(({ is }) => is)).toEqual(['doubtful', 'ails', 'ails', 'ails', 'ails', 'ails'])
    },
  )

  it.each(['ENGINE_FULL', 'ENGINE_SLOTS_TAKEN'] as const)(
    'is never useless when it is full (%s), and ails after a while',
    async (code) => {
      const seen = await looks({ ask: refusing(code) }, 4)
      expect(seen.map(({ is }) => is)).toEqual(['doubtful', 'doubtful', 'ails', 'ails'])
      expect(seen[2]).toMatchObject({ reason: 'every connection has been taken for 0 s' })
      expect(seen.map((look) => 'full' in look)).toEqual([true, true, true, true])
    },
  )

  it('is not full to the agent where only clients find it full', async () => {
    const seen = await looks({ verify: refusing('ENGINE_FULL') as () => Promise<never> }, 3)
    expect(seen.map((look) => 'full' in look)).toEqual([false, false, false])
  })

  it('is useless when it was told to end and does not, whatever it answers', async () => {
    const seen = await looks({ ask: refusing('ENGINE_NOT_READY'), isEnding: async () => true }, 3)
    expect(seen[2]).toMatchObject({ is: 'useless', ending: true })
  })

  it('has time for each trouble on its own', async () => {
    let count = 0
    const ask = () => {
      count += 1
      return refusing(count === 3 ? 'ENGINE_FULL' : 'ENGINE_BROKEN')()
    }
    const seen = await looks({ ask }, 6)
    expect(seen.map(({ is }) => is)).toEqual(['doubtful', 'ails', 'doubtful', 'ails', 'ails', 'useless'])
  })

  it('has longer until it has served for the first time', async () => {
    const never = await looks({ ask: refusing('ENGINE_BROKEN'), patienceMs: 60_000 }, 4)
    expect(never.at(-1)?.is).toBe('ails')
    const answers = [async () => 'uncut']
    const once = await looks({ ask: () => (answers.shift() ?? refusing('ENGINE_BROKEN'))(), patienceMs: 60_000 }, 5)
    expect(once.at(-1)?.is).toBe('useless')
  })

  it('serves, and has crashed when its mark is another than at the last look', async () => {
    const marks = ['first', 'first', 'second', 'second']
    const seen = await looks({ ask: async () => marks.shift() ?? '' }, 4)
    expect(seen.map((look) => look.is === 'serves' && look.crashed)).toEqual([false, false, true, false])
  })

  it.each(['ENGINE_UNREACHABLE', 'ENGINE_BROKEN', 'ENDPOINT_NOT_TRUSTED'] as const)(
    'is never useless while it answers the agent and its clients meet %s',
    async (code) => {
      const verify = async (): Promise<void> => void (await refusing(code)())
      const seen = await looks({ verify }, 6)
      expect(seen.map(({ is }) => is)).toEqual(['doubtful', 'ails', 'ails', 'ails', 'ails', 'ails'])
    },
  )

  it('tells of a crash once clients reach it again', async () => {
    const marks = ['first', 'second', 'second', 'second']
    let fails = false
    const watched = watch({
      ask: async () => marks.shift() ?? 'second',
      verify: async () => {
        if (fails) await refusing('ENGINE_FULL')()
      },
    })
    const seen = [await watched.look(never)]
    fails = true
    seen.push(await watched.look(never))
    fails = false
    seen.push(await watched.look(never), await watched.look(never))
    expect(seen.map((look) => (look.is === 'serves' ? look.crashed : look.is))).toEqual([
      false,
      'doubtful',
      true,
      false,
    ])
  })

  it('forgets its trouble when it serves again', async () => {
    const answers = [
      refusing('ENGINE_BROKEN'),
      refusing('ENGINE_BROKEN'),
      async () => 'uncut',
      refusing('ENGINE_BROKEN'),
    ]
    const seen = await looks({ ask: () => (answers.shift() ?? refusing('ENGINE_BROKEN'))() }, 5)
    expect(seen.map(({ is }) => is)).toEqual(['doubtful', 'ails', 'serves', 'doubtful', 'ails'])
  })
})
