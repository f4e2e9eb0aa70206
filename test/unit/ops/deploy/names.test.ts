import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createProgram } from '../../../../ops/cli/program.ts'
import { compose } from '../../../../ops/compose.ts'
import { clientVariables, settings } from '../../../../ops/config/settings.ts'
import { loadConfig } from '../../../../ops/config.ts'
import { programDir } from '../../../../ops/program-info.ts'
import { createTempDir } from '../../../support/temp-dir.ts'
import { createRecordingLog } from '../../../support/write-side.ts'
import { deploymentTexts, readDeployed, shellLines } from './deployment.ts'

const temp = createTempDir('deploy-names')
const texts = [...deploymentTexts()]
const pages = texts.filter(([path]) => path.startsWith('docs/runbook/'))

// A server that is never started: what it would measure is defined all the same.
const server = compose(loadConfig({ COFFER_DATA_DIR: temp.path, COFFER_PORT: '0' }).config, createRecordingLog().log)
afterAll(() => server.stop())
const metrics = server.parts.metrics.registry.getMetricsAsArray()

describe('what is deployed, and the runbook', () => {
  it.each(texts)('names in %s only variables the program knows', (_path, text) => {
    const known = new Set([...Object.values(settings).map(({ variable }) => variable), ...Object.keys(clientVariables)])
    const named = [...text.matchAll(/COFFER_[A-Z][A-Z_]*/g)].map(([name]) => name)
    expect(named.filter((name) => !known.has(name))).toEqual([])
  })

  it.each(pages)('leads in %s only to pages and files that exist', (path, text) => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(join(programDir, dirname(path), link)))).toEqual([])
    const files = [...text.matchAll(/(?:^|[\s/`])((?:ops|docs|test)\/[\w./-]*[\w-])/gm)].map(([, file = '']) => file)
    // Made by the operator.
    const made = files.filter((file) => !file.startsWith('ops/deploy/secrets'))
    expect(made.filter((file) => !existsSync(join(programDir, file)))).toEqual([])
  })

  it('uses only commands and options of the client that exist', () => {
    const program = createProgram({ run: async () => {}, serve: async () => 0, setExitCode: () => {}, print: () => {} })
    const used = pages.flatMap(([, text]) => [
      ...shellLines(text).map(
        (line) => /(?:^|[\s'])coffer ((?:instance|host|operation|admin|events)\b[^'|]*)/.exec(line)?.[1],
      ),
      ...[...text.matchAll(/`coffer ([^`]+)`/g)].map(([, line]) => line),
    ])
    const lines = used.filter((line) => line !== undefined)
    expect(lines.length).toBeGreaterThan(10)
    for (const line of lines) expect(unknownIn(program, line.trim().split(' ')), line).toEqual([])
  })
})

/** The words of a command line that lead nowhere. */
const unknownIn = (program: Command, words: readonly string[]): readonly string[] => {
  let command = program
  const unknown: string[] = []
  for (const word of words) {
    if (word.startsWith('-')) {
      if (!command.options.some(({ short, long }) => word === short || word === long)) unknown.push(word)
      continue
    }
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word))
    if (next) command = next
    else if (command.commands.length > 0) unknown.push(word)
  }
  return unknown
}

type Rules = {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[]
}
type Dashboard = {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[]
}

describe('alerts and dashboard', () => {
  const rules = (parse(readDeployed('alerts.yaml')) as Rules).groups.flatMap((group) => group.rules)
  const { panels } = JSON.parse(readDeployed('grafana-dashboard.json')) as Dashboard
  const expressions = [
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ]
  const names = new Set<string>(metrics.flatMap(({ name, type }) => seriesOf(name, String(type))))

  it.each(expressions)('%s asks only for what a server measures: %s', (_of, expr) => {
    const asked = [...expr.matchAll(/\bcoffer_\w+/g)].map(([name]) => name)
    expect(asked.length > 0 || expr.includes('up{job="coffer"}')).toBe(true)
    expect(asked.filter((name) => !names.has(name))).toEqual([])
  })

  it('look at the relay, the sagas, the views, hosts, engines and dead letters', () => {
    const all = rules.map(({ expr }) => expr).join()
    for (const name of [
      'coffer_relay_lag_seconds',
      'coffer_saga_lag_messages',
      'coffer_projection_lag_seconds',
      'coffer_hosts',
      'coffer_engines',
      'coffer_dead_letters_open',
    ]) {
      expect(all).toContain(name)
    }
  })

  it('send to pages that exist', () => {
    const sent = [...readDeployed('alerts.yaml').matchAll(/runbook: (\S+)/g)].map(([, page = '']) => page)
    expect(sent).toHaveLength(rules.length)
    expect(sent.filter((page) => !existsSync(join(programDir, page)))).toEqual([])
  })
})

/** What Prometheus gets to see of one metric. */
function seriesOf(name: string, type: string): readonly string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name]
}
