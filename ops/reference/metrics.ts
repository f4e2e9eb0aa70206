import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MetricObject } from 'prom-client'
import { compose } from '../compose.ts'
import { loadConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { table } from './table.ts'

/** Labels are kept by prom-client 15 and not declared. */
type Labelled = MetricObject & { readonly labelNames: readonly string[] }

/** Every metric that any role can tell. */
export const metricsPage = (): string => {
  const metrics = allMetrics().map((metric) => [
    `\`${metric.name}\``,
    String(metric.type),
    metric.labelNames.map((label) => `\`${label}\``).join(', '),
    metric.help,
  ])
  return [
    '# Metrics',
    '',
    'Every process answers `/metrics` for Prometheus; a role tells what it knows. [Which role tells what](../runbook/first-install.md#metrics), alert rules and a',
    'dashboard are with the runbook. No label holds a project, an instance or a name. Times are in seconds. A histogram has the series `_bucket`, `_count` and `_sum`.',
    '',
    ...table(['metric', 'type', 'labels', 'what it tells'], metrics),
  ].join('\n')
}

/** Those of a server with every role that is composed and never started. */
const allMetrics = (): readonly Labelled[] => {
  const dataDir = mkdtempSync(join(tmpdir(), 'coffer-metrics-'))
  try {
    const { config } = loadConfig({ COFFER_DATA_DIR: dataDir, COFFER_PORT: '0' })
    const server = compose(config, createLog(config, process.stderr))
    const metrics = server.parts.metrics.registry.getMetricsAsArray() as unknown as readonly Labelled[]
    void server.stop()
    return metrics.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}
