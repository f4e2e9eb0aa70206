import { setTimeout as delay } from 'node:timers/promises'
import { median } from '../statistics.ts'
import { readUsage } from './process-usage.ts'

/** `cpuPercent`: of one core, over the whole time. `rssMiB`: the median of a sample a second. */
export type Watched = { readonly cpuPercent: number; readonly rssMiB: number }

const sampleMs = 1000

/** What one process uses by itself for a while, its children not counted. */
export const watchUsage = async (pid: number, durationMs: number, signal: AbortSignal): Promise<Watched> => {
  const startedAt = performance.now()
  const { cpuSeconds: before } = readUsage(pid)
  const rss: number[] = []
  while (performance.now() - startedAt < durationMs) {
    await delay(sampleMs, undefined, { signal })
    rss.push(readUsage(pid).rssMiB)
  }
  const seconds = (performance.now() - startedAt) / 1000
  return { cpuPercent: ((readUsage(pid).cpuSeconds - before) / seconds) * 100, rssMiB: median(rss) }
}
