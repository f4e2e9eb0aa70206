import { afterEach, describe, expect, it } from 'vitest'
import { tryParseTraceparent } from '../../../domain/values/traceparent.ts'
import { inSpan } from '../../../kernel/tracer.ts'
import { loadConfig } from '../../../ops/config.ts'
import { createTracing, type Tracing } from '../../../ops/tracing/tracing.ts'
import { type Collector, startCollector } from '../../support/otlp/collector.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'
import { waitFor } from '../../support/wait-for.ts'
import { createRecordingLog } from '../../support/write-side.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const callers = (flags: string): string => `00-${traceId}-b7ad6b7169203331-${flags}`
const never = new AbortController().signal
const disposals: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).toReversed()) await dispose()
})

const collect = async (port?: number): Promise<Collector> => {
  const collector = await startCollector(port)
  disposals.push(collector.close)
  return collector
}

const trace = async (url: string, environment: Record<string, string> = {}) => {
  const { log, lines } = createRecordingLog()
  const { config } = loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...environment })
  const tracing: Tracing = createTracing(config, { ...quietKernel, log })
  await tracing.start()
  disposals.push(() => tracing.stop(never))
  return { ...tracing, lines }
}

describe('a span', () => {
  it('is sent to the collector with the headers and the name of the service, on time without being asked', async () => {
    const collector = await collect()
    const { tracer } = await trace(`${collector.url}/base`, {
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20planted',
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
    })
    tracer
      .start('work', { parent: undefined, mayBegin: true, kind: 'consumer', attributes: { id: 'a', none: null } })
      .end()
    const [span] = await waitFor('the span', () => collector.spans().length > 0 && collector.spans())
    expect(span).toMatchObject({ name: 'work', kind: 5, parentSpanId: '', attributes: { id: 'a' }, status: 0 })
    expect(span?.resource).toMatchObject({
      'service.name': 'shop',
      'deployment.environment.name': 'test',
      'coffer.roles': 'all',
    })
    expect(collector.requests()[0]).toMatchObject({
      path: '/base/v1/traces',
      headers: { authorization: 'Bearer planted', 'content-type': 'application/x-protobuf' },
    })
  })

  it('is sent as the variables of traces alone say, where there are any', async () => {
    const collector = await collect()
    const { tracer, stop } = await trace('http://127.0.0.1:1', {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/in`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=planted,x-tenant=shop',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=other',
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip',
    })
    tracer.start('work', { parent: undefined, mayBegin: true }).end()
    await stop(never)
    expect(collector.spans().map(({ name }) => name)).toEqual(['work'])
    expect(collector.requests()[0]).toMatchObject({
      path: '/in',
      headers: { authorization: 'other', 'x-tenant': 'shop', 'content-encoding': 'gzip' },
    })
  })

  it('is a child of the recorded parent, and parent of what is recorded with it', async () => {
    const collector = await collect()
    const { tracer, stop } = await trace(collector.url)
    const first = tracer.start('first', { parent: callers('01') })
    // As another process does it, from the text alone.
    tracer.start('second', { parent: first.traceparent }).end()
    first.end()
    await stop(never)
    const [second, sent] = collector.spans()
    expect(sent).toMatchObject({ name: 'first', traceId, parentSpanId: 'b7ad6b7169203331' })
    expect(second).toMatchObject({ name: 'second', traceId, parentSpanId: sent?.spanId })
  })

  it('tells of an error its code and nothing that it says', async () => {
    const collector = await collect()
    const { tracer, stop } = await trace(collector.url)
    const fails = (error: Error) =>
      inSpan(tracer, 'work', { parent: callers('01') }, async () => {
        throw error
      })
    await expect(fails(Object.assign(new Error('planted'), { code: 'EVENT_REFUSED' }))).rejects.toThrow('planted')
    await expect(fails(new RangeError('planted'))).rejects.toThrow('planted')
    await stop(never)
    expect(collector.spans().map(({ status, attributes }) => [status, attributes])).toEqual([
      [2, { 'error.type': 'EVENT_REFUSED' }],
      [2, { 'error.type': 'RangeError' }],
    ])
    expect(collector.bodies().includes('planted')).toBe(false)
  })

  it('is not begun where there is no parent, unless it may begin a trace', async () => {
    const collector = await collect()
    const { tracer, stop } = await trace(collector.url)
    const span = tracer.start('work', { parent: undefined })
    expect(span.traceparent).toBeUndefined()
    span.end()
    tracer.start('work', { parent: 'no traceparent' }).end()
    await stop(never)
    expect(collector.spans()).toEqual([])
  })
})

describe('whether a trace is kept', () => {
  it.each([
    ['parentbased_always_on', true, true, false],
    ['parentbased_always_off', false, true, false],
    ['parentbased_traceidratio', false, true, false],
    ['always_on', true, true, true],
    ['always_off', false, false, false],
  ])('%s: begun here %s, asked for by the caller %s, not asked for %s', async (sampler, own, asked, notAsked) => {
    const collector = await collect()
    const { tracer, stop } = await trace(collector.url, { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: '0' })
    const kept = [undefined, callers('01'), callers('00')].map((parent) => {
      const span = tracer.start('work', { parent, mayBegin: true })
      span.end()
      return tryParseTraceparent(span.traceparent ?? '')?.isSampled
    })
    expect(kept).toEqual([own, asked, notAsked])
    await stop(never)
    expect(collector.spans()).toHaveLength(kept.filter(Boolean).length)
  })
})

describe('while nobody takes the spans', () => {
  it('it is said once, the stop is not held up, and those that come later are sent again', async () => {
    const gone = await startCollector()
    await gone.close()
    // Shorter than the wait before a second try, and long enough for a collector on a machine with much to do.
    const { tracer, lines, stop } = await trace(gone.url, { OTEL_EXPORTER_OTLP_TIMEOUT: '790' })
    const work = (count: number): void => {
      for (let index = 0; index < count; index += 1) tracer.start('work', { parent: callers('01') }).end()
    }
    work(20_000)
    await waitFor('the outage to be told', () => lines.length > 0)
    expect(lines).toMatchObject([{ level: 'warn' }])
    const back = await collect(Number(new URL(gone.url).port))
    await waitFor('spans to be sent again', () => {
      work(1)
      // Told when the collector's answer is there, which is after it has the spans.
      return lines.length > 1
    })
    expect(back.spans().length).toBeGreaterThan(0)
    expect(lines.slice(0, 2)).toMatchObject([{ level: 'warn' }, { level: 'info' }])
    // What waited beyond the bound was dropped.
    expect(back.spans().length).toBeLessThan(10_000)

    await back.close()
    work(5000)
    const startedAt = performance.now()
    await stop(never)
    expect(performance.now() - startedAt).toBeLessThan(8000)
  })
})
