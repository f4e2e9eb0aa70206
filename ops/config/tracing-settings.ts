import { optional, orSpecific, secret, setting } from './setting.ts'
import { collectorUrl, pairs, ratio } from './tracing-values.ts'
import { oneOf, text, wholeNumber } from './values.ts'

const pemFile = text('the path of a PEM file')

/** The variables of OpenTelemetry that are understood, named and meant as everywhere: https://opentelemetry.io/docs/specs/otel/configuration/ */
export const tracingSettings = {
  otlpEndpoint: optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    collectorUrl,
    'Where traces are sent, to `/v1/traces` below it; not set: nothing is traced.',
  ),
  otlpTracesEndpoint: optional(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    collectorUrl,
    'The same, for the whole URL as it is; goes before the other.',
  ),
  otlpHeaders: secret(
    'OTEL_EXPORTER_OTLP_HEADERS',
    pairs,
    'Headers for the receiver of the traces; they may hold a token and are never shown.',
  ),
  otlpTracesHeaders: secret(
    'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    pairs,
    'Further ones; those that are in both lists go before the others.',
  ),
  otlpProtocol: orSpecific(
    'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    setting(
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      oneOf('http/protobuf'),
      'http/protobuf',
      'How traces are sent; there is one way. As below, the second name goes before the first.',
    ),
  ),
  otlpCompression: orSpecific(
    'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION',
    setting('OTEL_EXPORTER_OTLP_COMPRESSION', oneOf('none', 'gzip'), 'none', 'Whether they are compressed.'),
  ),
  otlpTimeoutMs: orSpecific(
    'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
    setting(
      'OTEL_EXPORTER_OTLP_TIMEOUT',
      wholeNumber(1, 600_000, 'milliseconds'),
      '10000',
      'Milliseconds to try to send some spans before they are given up.',
    ),
  ),
  otlpCaFile: orSpecific(
    'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE',
    optional(
      'OTEL_EXPORTER_OTLP_CERTIFICATE',
      pemFile,
      'The authority that signed the certificate of the receiver of the traces, if not a public one.',
    ),
  ),
  otlpCertFile: orSpecific(
    'OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE',
    optional('OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', pemFile, 'A certificate to show there.'),
  ),
  otlpKeyFile: orSpecific(
    'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY',
    optional('OTEL_EXPORTER_OTLP_CLIENT_KEY', pemFile, 'The private key of that certificate.'),
  ),
  serviceName: setting('OTEL_SERVICE_NAME', text('a name'), 'coffer', 'What this program is called in traces.'),
  resourceAttributes: setting(
    'OTEL_RESOURCE_ATTRIBUTES',
    pairs,
    '',
    'What else is told of this process in traces, such as `deployment.environment.name=test`.',
  ),
  tracesSampler: setting(
    'OTEL_TRACES_SAMPLER',
    oneOf(
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
      'always_on',
      'always_off',
      'traceidratio',
    ),
    'parentbased_always_on',
    'Which traces are kept. `parentbased_`: as decided where the trace began; the rest applies to traces that begin here.',
  ),
  tracesSamplerRatio: setting(
    'OTEL_TRACES_SAMPLER_ARG',
    ratio,
    '1',
    'The share of traces that `traceidratio` keeps; all processes should have the same.',
  ),
  tracesExporter: setting(
    'OTEL_TRACES_EXPORTER',
    oneOf('otlp', 'none'),
    'otlp',
    '`none`: nothing is traced, wherever it could be sent.',
  ),
  otelDisabled: setting('OTEL_SDK_DISABLED', oneOf('false', 'true'), 'false', '`true`: the same.'),
} as const
