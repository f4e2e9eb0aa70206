import { hostname } from 'node:os'
import type { Kernel } from '../../kernel/kernel.ts'
import { noTracer, type Tracer } from '../../kernel/tracer.ts'
import { readPemFiles } from '../compose/pem-files.ts'
import type { Config } from '../config.ts'
import { programVersion } from '../program-info.ts'
import type { OtelSettings } from './otel-tracer.ts'

export type Tracing = {
  /** `noTracer` itself where nothing is to be traced. Else it traces from `start` on. */
  readonly tracer: Tracer
  readonly start: () => Promise<void>
  /** Sends what has not been sent yet, as far as a few seconds and the signal allow. */
  readonly stop: (signal: AbortSignal) => Promise<void>
}

/** With nobody there to take what is left, a process does not stay for longer than this. */
const lastSendMs = 3000

const notTracing: Tracing = { tracer: noTracer, start: async () => {}, stop: async () => {} }

/** Traces as the configuration says. OpenTelemetry is loaded with `start`, and only where there is something to trace. Throws `ConfigError`. */
export const createTracing = (config: Config, { log, timers }: Pick<Kernel, 'log' | 'timers'>): Tracing => {
  const settings = otelSettings(config)
  if (settings === null) return notTracing
  let current = noTracer
  let flush = async (): Promise<void> => {}
  return {
    tracer: { start: (name, options) => current.start(name, options) },
    start: async () => {
      const { createOtelTracer } = await import('./otel-tracer.ts')
      const otel = createOtelTracer(settings, log)
      current = otel.tracer
      flush = otel.shutdown
    },
    stop: async (signal) => {
      current = noTracer
      const late = timers.sleep(lastSendMs, { signal, ref: false }).catch(() => {})
      // What could not be sent was told when it was tried.
      await Promise.race([flush().catch(() => {}), late])
    },
  }
}

/** Null where nothing is to be traced. */
const otelSettings = (config: Config): OtelSettings | null => {
  const url = config.otlpTracesEndpoint ?? (config.otlpEndpoint && below(config.otlpEndpoint, 'v1/traces'))
  if (url === null || config.otelDisabled === 'true' || config.tracesExporter === 'none') return null
  return {
    url,
    headers: { ...config.otlpHeaders, ...config.otlpTracesHeaders },
    compression: config.otlpCompression,
    timeoutMs: config.otlpTimeoutMs,
    tls: readPemFiles({
      ca: ['OTEL_EXPORTER_OTLP_CERTIFICATE', config.otlpCaFile],
      cert: ['OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', config.otlpCertFile],
      key: ['OTEL_EXPORTER_OTLP_CLIENT_KEY', config.otlpKeyFile],
    }),
    sampler: config.tracesSampler,
    samplerRatio: config.tracesSamplerRatio,
    resource: {
      'service.instance.id': `${hostname()}-${process.pid}`,
      'service.version': programVersion,
      'coffer.roles': config.roles.join(','),
      ...config.resourceAttributes,
      'service.name': config.serviceName,
    },
  }
}

const below = (url: string, path: string): string => `${url}${url.endsWith('/') ? '' : '/'}${path}`
