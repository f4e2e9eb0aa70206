import { describe, expect, it } from 'vitest'
import { createVolumeWatch } from '../../../agent/supervision/watch-volume.ts'
import { nodeId } from '../domain/samples.ts'

const mib = 1024 ** 2
const never = new AbortController().signal

const watchOf = ({ tookMs = 0 }: { readonly tookMs?: number } = {}) => {
  let nowMs = 1000
  let usedMiB = 100
  let measured = 0
  const failures: unknown[] = []
  const watch = createVolumeWatch(
    {
      measure: async () => {
        nowMs += tookMs
        measured += 1
        if (usedMiB < 0) throw new Error('the disk is on fire')
        return { bytes: { used: usedMiB * mib, available: (1000 - usedMiB) * mib }, files: null }
      },
      failed: (error) => failures.push(error),
      elapsedMs: () => nowMs,
    },
    nodeId(),
    'ROOMY',
  )
  return {
    look: async () => (await watch.look(never)).stage,
    told: async () => (await watch.look(never)).told,
    dueInMs: watch.dueInMs,
    pass: (ms: number) => {
      nowMs += ms
    },
    use: (mebibytes: number) => {
      usedMiB = mebibytes
    },
    measured: () => measured,
    failures,
  }
}

describe('the watch over a volume', () => {
  it('measures once a second, and ten times as often while the volume is nearly full', async () => {
    const { look, pass, use, measured } = watchOf()
    await look()
    pass(900)
    await look()
    expect(measured()).toBe(1)
    pass(100)
    use(930)
    expect(await look()).toBe('NEARLY_FULL')
    pass(100)
    await look()
    expect(measured()).toBe(3)
  })

  it('says when it is time for the next look, which is sooner the less is left', async () => {
    const { look, pass, use, dueInMs } = watchOf()
    const intervals: number[] = []
    for (const mebibytes of [100, 850, 930, 980]) {
      use(mebibytes)
      await look()
      intervals.push(dueInMs())
      pass(dueInMs())
      expect(dueInMs()).toBe(0)
    }
    expect(intervals).toEqual([1000, 500, 100, 500])
  })

  it('tells a worse stage at once and a better one when it has lasted, while both are acted on at once', async () => {
    const { look, told, pass, use } = watchOf()
    use(980)
    expect([await look(), await told()]).toEqual(['FULL', 'FULL'])
    use(100)
    pass(500)
    expect([await look(), await told()]).toEqual(['ROOMY', 'FULL'])
    use(850)
    pass(5000)
    expect([await look(), await told()]).toEqual(['FILLING', 'FULL'])
    use(100)
    pass(4999)
    expect(await told()).toBe('FULL')
    pass(1000)
    expect([await look(), await told()]).toEqual(['ROOMY', 'FILLING'])
    pass(1000)
    expect(await told()).toBe('FILLING')
    pass(10_000)
    expect(await told()).toBe('ROOMY')
  })

  it('tells nothing of a client that fills and frees a volume again and again', async () => {
    const { look, told, pass, use } = watchOf()
    const stages = new Set<string>()
    const all = new Set<string>()
    use(980)
    await look()
    for (let turn = 0; turn < 100; turn += 1) {
      use(turn % 2 === 0 ? 100 : 980)
      pass(1000)
      all.add(await look())
      stages.add(await told())
    }
    expect([[...all].sort(), [...stages]]).toEqual([['FULL', 'ROOMY'], ['FULL']])
  })

  it('rests a hundred times as long as measuring took', async () => {
    const { look, pass, measured } = watchOf({ tookMs: 50 })
    await look()
    pass(4900)
    await look()
    expect(measured()).toBe(1)
    pass(100)
    await look()
    expect(measured()).toBe(2)
  })

  it('takes a volume that cannot be measured for what it was', async () => {
    const { look, pass, use, failures } = watchOf()
    use(930)
    await look()
    use(-1)
    pass(1000)
    expect(await look()).toBe('NEARLY_FULL')
    expect(failures).toHaveLength(1)
  })
})
