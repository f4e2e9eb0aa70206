import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMetrics } from '../../../ops/metrics.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const silent = () => new Promise<never>(() => {})

describe('the metrics', () => {
  it('are told without what a store does not answer to, long before Prometheus gives up', async () => {
    const metrics = createMetrics(quietKernel.timers)
    metrics.gauge('coffer_silent', 'Never known', null, silent)
    metrics.labelledGauge('coffer_silent_by_topic', 'Never known', ['topic'], silent)
    metrics.gauge('coffer_refused', 'Not known', 'view', async () => Promise.reject(new Error('away')))
    metrics.gauge('coffer_known', 'Known', null, async () => 7)
    const text = metrics.registry.metrics()
    await vi.advanceTimersByTimeAsync(5000)
    const lines = (await text).split('\n')
    expect(lines).toContain('coffer_known 7')
    expect(lines.filter((line) => /^coffer_(silent|refused)/.test(line))).toEqual([])
  })

  it('have the series that alerts watch from the start, so that the first event is an increase', async () => {
    const metrics = createMetrics(quietKernel.timers)
    metrics.countFromZero(['instances'])
    const text = await metrics.registry.metrics()
    expect(text).toContain('coffer_projection_failures_total{view="instances"} 0')
    expect(text).toContain('coffer_operation_seconds_count{kind="provision",outcome="FAILED"} 0')
  })
})
