import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHostPaths } from '../../../agent/host-paths.ts'
import { type AgentReport, agentReportSchema } from '../../../domain/guest/report.ts'

const ids = {
  reportId: '01a203e8-d15c-7003-b72b-009708214fd6',
  commandId: '01a203e8-d15c-7003-b72b-009708214fd6',
  operationId: '01a203e8-d15c-7003-b72b-009708214fd6',
  instanceId: '01a203e8-d15c-7003-b72b-009708214fd6',
  nodeId: '01a203e8-d15c-7003-b72b-009708214fd7',
  hostId: '01a203e8-d15c-7003-b72b-009708214fd6',
  at: '2026-03-01T10:20:30.400Z',
}
/** Every report with words in it, each of them these. */
const reportsOf = (text: string): readonly AgentReport[] =>
  [
    { type: 'failed', ...ids, fault: { code: 'X', message: text, retryable: false, cause: text } },
    { type: 'progress', ...ids, progress: 0.5, message: text },
    { type: 'health', ...ids, health: 'HEALTHY', volumeStage: 'ROOMY', reason: text, incident: text },
  ].map((report) => agentReportSchema.parse(report))

const name = fc.stringMatching(/^[A-Za-z0-9._+ &=~()[\]$*-]{0,11}[A-Za-z0-9]$/)
const directory = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`)
const words = fc.constantFrom('', ' ', 'cannot open ', "mkdir '", 'file://', 'x=', '"', ': ')
const below = fc.constantFrom('', '/', '/instances/01a2/volume/data', "/log/engine.log'", '/a: Permission denied')

describe('a path of the host', () => {
  it('leaves in no report, wherever it stands in its words', () => {
    const roots = fc.array(directory, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(roots, fc.nat(), words, below, (known, index, before, after) => {
        const paths = createHostPaths()
        paths.add(...known)
        const root = known[index % known.length] ?? ''
        for (const report of reportsOf(`${before}${root}${after} and ${root}${after}`)) {
          const told = JSON.stringify(paths.withoutPaths(report))
          expect(told).not.toContain(JSON.stringify(root).slice(1, -1))
        }
      }),
    )
  })

  it('goes with all that lies below it, and nothing else does', () => {
    const paths = createHostPaths()
    paths.add('/data/coffer/', '/data/coffer/agent/engines', '/')
    const said = (text: string) => paths.withoutPaths(reportsOf(text)[1] as AgentReport)
    const gone = '(a path on the database host)'
    expect(said("mkdir '/data/coffer/agent/engines/instances/01a2': EACCES")).toMatchObject({
      message: `mkdir '${gone}': EACCES`,
    })
    expect(said('in /data/coffer.')).toMatchObject({ message: `in ${gone}.` })
    for (const text of ['1/2 of /data/coffer-shop', 'database "a/b" at 127.0.0.1:15432', 'and/or /database/coffer']) {
      expect(said(text)).toMatchObject({ message: text })
    }
  })

  it('is left where it is no words of ours: in the answer of a step', () => {
    const paths = createHostPaths()
    paths.add('/data')
    const facts = { endpoint: { host: '127.0.0.1', port: 15432 }, caCertificate: 'MII/data/x' }
    const report = agentReportSchema.parse({ type: 'succeeded', ...ids, facts })
    expect(paths.withoutPaths(report)).toEqual(report)
  })
})
