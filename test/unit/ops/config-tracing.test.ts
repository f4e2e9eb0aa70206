import { describe, expect, it } from 'vitest'
import { noTracer } from '../../../kernel/tracer.ts'
import { ConfigError, loadConfig } from '../../../ops/config.ts'
import { createTracing } from '../../../ops/tracing/tracing.ts'
import { quietKernel } from '../../support/quiet-kernel.ts'

const problemsOf = (environment: Record<string, string>): string => {
  try {
    loadConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}
const isTraced = (environment: Record<string, string>): boolean =>
  createTracing(loadConfig(environment).config, quietKernel).tracer !== noTracer

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318' }

describe('the variables of OpenTelemetry', () => {
  it('turn tracing on where they name a collector, and off again', () => {
    expect(isTraced({})).toBe(false)
    expect(isTraced({ OTEL_SERVICE_NAME: 'shop', OTEL_TRACES_SAMPLER: 'always_on' })).toBe(false)
    expect(isTraced(endpoint)).toBe(true)
    expect(isTraced({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example/in' })).toBe(true)
    expect(isTraced({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBe(false)
    expect(isTraced({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).toBe(false)
  })

  it('name headers and attributes as pairs, percent-encoded', () => {
    const { config } = loadConfig({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20aHVzaA==, x-tenant = shop ',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,',
    })
    expect(config.otlpHeaders).toEqual({ authorization: 'Basic aHVzaA==', 'x-tenant': 'shop' })
    expect(config.resourceAttributes).toEqual({ 'deployment.environment.name': 'test' })
  })

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://user:hush@collector:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'https://collector.example/in?key=hush'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', '10s'],
    ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', '0'],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zstd'],
    ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'on'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz'],
  ])('are refused when they cannot be understood: %s=%s', (variable, value) => {
    expect(problemsOf({ [variable]: value })).toContain(`${variable} is ${JSON.stringify(value)}`)
  })

  it('are not shown where they hold a secret', () => {
    const problems = problemsOf({
      OTEL_EXPORTER_OTLP_HEADERS: 'Bearer planted-token',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'Bearer planted-too',
    })
    expect(problems).toContain('OTEL_EXPORTER_OTLP_HEADERS')
    expect(problems).toContain('OTEL_EXPORTER_OTLP_TRACES_HEADERS')
    expect(problems).not.toContain('planted')
  })

  it('of traces alone go before those of everything, which must be right all the same', () => {
    const { config } = loadConfig({
      OTEL_EXPORTER_OTLP_TIMEOUT: '5000',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '300',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: '/traces.pem',
    })
    expect(config).toMatchObject({ otlpTimeoutMs: 300, otlpCompression: 'gzip', otlpCaFile: '/traces.pem' })
    const both = { OTEL_EXPORTER_OTLP_TIMEOUT: '5 s', OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '300' }
    expect(problemsOf(both)).toContain('OTEL_EXPORTER_OTLP_TIMEOUT is "5 s"')
  })

  it('are warned of where they are about traces and not understood', () => {
    const { warnings } = loadConfig({
      OTEL_EXPORTER_OTLP_TRACES_INSECURE: 'true',
      OTEL_BSP_SCHEDULE_DELAY: '5',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '5',
    })
    expect(warnings.map((warning) => warning.split(' ')[0])).toEqual([
      'OTEL_EXPORTER_OTLP_TRACES_INSECURE',
      'OTEL_BSP_SCHEDULE_DELAY',
    ])
  })

  it('give a client certificate with its key or not at all', () => {
    expect(problemsOf({ OTEL_EXPORTER_OTLP_CLIENT_KEY: '/key.pem' })).toContain('belong together')
    expect(() => isTraced({ ...endpoint, OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem' })).toThrow(ConfigError)
  })
})
