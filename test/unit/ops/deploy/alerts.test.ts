import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compose } from '../../../../ops/compose.ts'
import { loadConfig } from '../../../../ops/config.ts'
import { programDir } from '../../../../ops/program-info.ts'
import { promtool } from '../../../support/promtool.ts'
import { createTempDir } from '../../../support/temp-dir.ts'
import { createRecordingLog } from '../../../support/write-side.ts'
import { readDeployed } from './deployment.ts'

type Rule = {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly runbook: string }
}
type Rules = { readonly groups: readonly { readonly rules: readonly Rule[] }[] }
type Target = { readonly expr: string; readonly legendFormat: string }
type Dashboard = { readonly panels: readonly { readonly title: string; readonly targets?: readonly Target[] }[] }
/** What prom-client 15 keeps of a metric and does not declare. */
type Labelled = { readonly labelNames: readonly string[] }

const temp = createTempDir('deploy-alerts')
// A server that is never started: what it would measure is defined all the same.
const server = compose(loadConfig({ COFFER_DATA_DIR: temp.path, COFFER_PORT: '0' }).config, createRecordingLog().log)
afterAll(() => server.stop())
const metrics = server.parts.metrics.registry.getMetricsAsArray()

/** What Prometheus gets to see of one metric. */
const seriesOf = (name: string, type: string): readonly string[] =>
  type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name]

/** The labels of each series. Prometheus adds its own: where it was scraped. */
const labelsOf = new Map<string, readonly string[]>(
  metrics.flatMap((metric) => {
    const own = [...(metric as unknown as Labelled).labelNames, 'instance', 'job']
    return seriesOf(metric.name, String(metric.type)).map(
      (series) => [series, series.endsWith('_bucket') ? [...own, 'le'] : own] as const,
    )
  }),
)

const namesIn = (expr: string): readonly string[] => [...expr.matchAll(/\bcoffer_\w+/g)].map(([name]) => name)
/** What `by (...)` leaves; all there are without it. */
const keptBy = (expr: string): readonly string[] | null => {
  const lists = [...expr.matchAll(/\bby \(([^)]*)\)/g)].map(([, list = '']) => list.split(/,\s*/))
  return lists.length > 0 ? lists.flat() : /\b(sum|max|min|avg)\(/.test(expr) ? [] : null
}

/** Labels that an expression asks for and a series of it has not. */
const unknownLabels = (expr: string): readonly string[] => {
  const all = namesIn(expr).flatMap((name) => labelsOf.get(name) ?? [])
  const selected = [...expr.matchAll(/\b(coffer_\w+)\{([^}]*)\}/g)].flatMap(([, name = '', list = '']) =>
    [...list.matchAll(/(\w+)\s*[!=]/g)].map(([, label = '']) => [name, label] as const),
  )
  return [
    ...selected.filter(([name, label]) => !labelsOf.get(name)?.includes(label)).map(([, label]) => label),
    ...(keptBy(expr) ?? []).filter((label) => !all.includes(label)),
  ]
}

/** Labels that a text shows and the result of the expression has not. */
const lostLabels = (expr: string, shown: readonly string[]): readonly string[] => {
  const kept = keptBy(expr) ?? ['instance', 'job', ...namesIn(expr).flatMap((name) => labelsOf.get(name) ?? [])]
  return shown.filter((label) => !kept.includes(label))
}

describe('alerts and dashboard', () => {
  const rules = (parse(readDeployed('alerts.yaml')) as Rules).groups.flatMap((group) => group.rules)
  const { panels } = JSON.parse(readDeployed('grafana-dashboard.json')) as Dashboard
  const targets = panels.flatMap(({ title, targets: asked = [] }) => asked.map((target) => ({ title, ...target })))
  const expressions = [
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ...targets.map(({ title, expr }) => [title, expr] as const),
  ]

  it.each(expressions)('%s asks only for what a server measures: %s', (_of, expr) => {
    const asked = namesIn(expr)
    expect(asked.length > 0 || expr.includes('up{job="coffer"}')).toBe(true)
    expect(asked.filter((name) => !labelsOf.has(name))).toEqual([])
    expect(unknownLabels(expr)).toEqual([])
  })

  it.each(rules)('$alert tells by labels that are left, whom it wakes, and the page to read', (rule) => {
    const { expr, annotations, labels } = rule
    const shown = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label)
    expect(lostLabels(expr, shown)).toEqual([])
    expect(['page', 'ticket']).toContain(labels.severity)
    expect(existsSync(join(programDir, annotations.runbook))).toBe(true)
  })

  it.each(targets)('$title has a legend of labels that are left: $legendFormat', ({ expr, legendFormat }) => {
    const shown = [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = '']) => label)
    expect(lostLabels(expr, shown)).toEqual([])
  })

  it('look at the relay, the sagas, the views, hosts, their room, engines, what befell them, certificates, dead letters and backups', () => {
    const all = rules.map(({ expr }) => expr).join()
    for (const name of [
      'coffer_relay_lag_seconds',
      'coffer_saga_lag_messages',
      'coffer_projection_lag_seconds',
      'coffer_hosts',
      'coffer_engines',
      'coffer_dead_letters_open',
      'coffer_instances{status="FAILED"}',
      'coffer_hosts_claimed_ratio',
      'coffer_agent_certificates_end_timestamp_seconds',
      'coffer_agent_incidents_total',
      'coffer_backup_overdue_seconds',
      'coffer_backup_age_seconds{kind="proven"}',
    ]) {
      expect(all).toContain(name)
    }
  })
})

describe('promtool', async () => {
  const tool = await promtool()
  if ('missing' in tool) return it('finds nothing wrong', (context) => context.skip(tool.missing))

  const check = (input: string | undefined, ...args: readonly string[]) => {
    const { status, stderr } = spawnSync(tool.path, ['check', ...args], { input, encoding: 'utf8' })
    return { status, stderr }
  }

  it('finds nothing wrong with the metrics', async () => {
    const text = await server.parts.metrics.registry.metrics()
    expect(check(text, 'metrics')).toEqual({ status: 0, stderr: '' })
  })

  it('finds nothing wrong with the alerts', () => {
    const alerts = join(programDir, 'ops/deploy/alerts.yaml')
    expect(check(undefined, 'rules', alerts)).toEqual({ status: 0, stderr: '' })
  })
})

describe('the metrics of a server', () => {
  // Those of the runtime are named by prom-client.
  const ours = metrics.filter(({ name }) => !/^coffer_(nodejs|process)_/.test(name))

  it.each(ours)('are named as Prometheus asks for: $name', ({ name, type, help }) => {
    expect(name).toMatch(/^coffer_[a-z]+(_[a-z]+)*$/)
    expect(name.endsWith('_total')).toBe(String(type) === 'counter')
    if (String(type) === 'histogram') expect(name).toMatch(/_seconds$/)
    expect(help).not.toBe('')
  })

  it('have no label that grows with use: no instance, operation, project, user or name', () => {
    const labels = new Set(ours.flatMap((metric) => (metric as unknown as Labelled).labelNames))
    expect([...labels].sort()).toEqual([
      'command',
      'condition',
      'follower',
      'group',
      'health',
      'kind',
      'method',
      'operation',
      'outcome',
      'reason',
      'resource',
      'route',
      'stage',
      'status',
      'step',
      'topic',
      'view',
    ])
  })
})
