import { describe, expect, it } from 'vitest'
import { createVolumeWatch } from '../../../agent/supervision/watch-volume.ts'
import { instanceId } from '../domain/samples.ts'

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
    instanceId(),
    'ROOMY',
  )
  return {
    look: async () => (await watch.look(never)).stage,
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
