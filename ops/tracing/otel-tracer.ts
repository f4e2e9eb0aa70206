import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { formatTraceparent, type TraceContext, tryParseTraceparent } from '../../domain/values/traceparent.ts'
import type { Log } from '../../kernel/log.ts'
import { noTracer, type Span, type SpanAttributes, type Tracer } from '../../kernel/tracer.ts'
import type { Pem } from '../compose/pem-files.ts'
import type { Config } from '../config.ts'
import { programVersion } from '../program-info.ts'
import { tellOutages } from './tell-outages.ts'

export type OtelSettings = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly compression: Config['otlpCompression']
  readonly timeoutMs: number
  readonly tls: Pem
  readonly sampler: Config['tracesSampler']
  /** For the samplers that keep a share. */
  readonly samplerRatio: number
  readonly resource: Readonly<Record<string, string>>
}

type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>

/** Some thousand spans wait while nobody takes them; further ones are dropped. */
const queue = { maxQueueSize: 4096, maxExportBatchSize: 512, scheduledDelayMillis: 1000 }

/**
 * Spans by OpenTelemetry, sent in batches as OTLP. Nothing is registered for the whole process, and no span is known by what happens to run
 * around it: the parent is what the caller says.
 */
export const createOtelTracer = (
  settings: OtelSettings,
  log: Log,
): { readonly tracer: Tracer; readonly shutdown: () => Promise<void> } => {
  // All of it, as the exporter reads from the environment what it is not given.
  const exporter = new OTLPTraceExporter({
    url: settings.url,
    headers: { ...settings.headers },
    // An enum of a package that is not ours to import, whose values are these words.
    compression: settings.compression as ExporterOptions['compression'],
    timeoutMillis: settings.timeoutMs,
    httpAgentOptions: { keepAlive: true, ...settings.tls },
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes(settings.resource),
    sampler: samplerOf(settings),
    spanProcessors: [new BatchSpanProcessor({ ...queue, exporter: tellOutages(exporter, settings.url, log) })],
  })
  const otel = provider.getTracer('coffer', programVersion)

  const start: Tracer['start'] = (name, options) => {
    const parent = options.parent === undefined ? null : tryParseTraceparent(options.parent)
    if (!parent && !options.mayBegin) return noTracer.start(name, options)
    const span = otel.startSpan(
      name,
      {
        kind: kinds[options.kind ?? 'internal'],
        ...(options.startedAt !== undefined && { startTime: options.startedAt }),
      },
      parent ? contextOf(parent) : ROOT_CONTEXT,
    )
    const note: Span['note'] = (attributes) => {
      if (span.isRecording()) span.setAttributes(given(attributes))
    }
    if (options.attributes) note(options.attributes)
    const { traceId, spanId, traceFlags } = span.spanContext()
    return {
      traceparent: formatTraceparent({ traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }),
      note,
      end: (error) => {
        if (error !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR })
          span.setAttribute('error.type', errorType(error))
        }
        span.end()
      },
    }
  }
  return { tracer: { start }, shutdown: () => provider.shutdown() }
}

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

const contextOf = ({ traceId, spanId, isSampled }: TraceContext) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  })

const given = (attributes: SpanAttributes): Record<string, string | number | boolean | string[]> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, typeof value === 'object' ? [...value] : value]],
    ),
  )

/** Never the message, which may quote what was handled. */
const errorType = (error: unknown): string => {
  if (typeof error !== 'object' || error === null) return typeof error
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'object'
}

const samplerOf = ({ sampler, samplerRatio }: OtelSettings): Sampler => {
  const [, parentBased, rule = ''] = /^(parentbased_)?(.*)$/.exec(sampler) ?? []
  const root = rules[rule]?.(samplerRatio)
  if (!root) throw new Error(`there is no sampler ${sampler}`)
  return parentBased ? new ParentBasedSampler({ root }) : root
}

const rules: Readonly<Record<string, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
}
