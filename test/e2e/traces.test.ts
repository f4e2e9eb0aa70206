import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CreateInstanceDocument } from '../../ops/cli/generated/graphql.ts'
import { type Collector, startCollector } from '../support/otlp/collector.ts'
import type { ExportedSpan } from '../support/otlp/decode.ts'
import { causesOf } from '../support/otlp/trace.ts'
import type { Created } from '../support/server-api.ts'
import { createServerApi } from '../support/server-api.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { createServerSite } from '../support/server-site.ts'
import { waitFor } from '../support/wait-for.ts'

// On one site only: of the tracing of one process; sites/distributed.test.ts has those over several.

/** The server, which says what it loads of OpenTelemetry. */
const program = fileURLToPath(new URL('../support/otlp/watched-server.ts', import.meta.url))
const site = createServerSite('traces')
const header = 'Bearer planted-collector-token'
const password = 'planted-Passwort-4711'
const callerSpan = randomBytes(8).toString('hex')
const traceId = randomBytes(16).toString('hex')

let collector: Collector
beforeAll(async () => {
  collector = await startCollector()
})
afterAll(() => collector.close())

const create = async ({ url, adminToken }: ServerProcess, traceparent: string): Promise<Created> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}`, traceparent },
    body: JSON.stringify({
      query: CreateInstanceDocument,
      variables: {
        input: {
          name: 'planted-name',
          datastore: 'postgresql',
          flavor: 'tiny',
          databases: [{ name: 'app' }],
          users: [{ name: 'given', password }, { name: 'generated' }],
          idempotencyKey: 'planted-key',
        },
      },
    }),
  })
  return ((await response.json()) as { data: { result: Created } }).data.result
}

describe('a server that is told of a collector', () => {
  let server: ServerProcess
  let created: Created
  let spans: readonly ExportedSpan[]

  beforeAll(async () => {
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(header)}`,
    }
    server = await site.start({ program, env: environment })
    created = await create(server, `00-${traceId}-${callerSpan}-01`)
    await createServerApi(server).operationEnd(created.operation.id)
    // What is left is sent at the stop.
    await server.stop()
    spans = collector.spans().filter((span) => span.traceId === traceId)
  })

  const only = (name: string, view?: string): ExportedSpan => {
    const found = spans.filter((span) => span.name === name && (!view || span.attributes['coffer.view'] === view))
    if (found.length !== 1 || !found[0]) throw new Error(`there are ${found.length} spans ${name}`)
    return found[0]
  }

  it('tells of a create in one trace, from the caller to the view, each span below what led to it', () => {
    const asked = ['graphql mutation', 'dispatch CreateInstance']
    const begun = [...asked, 'publish InstanceRequested', 'react InstanceRequested']
    const step = (kind: string) => [`publish GuestCommandIssued`, `agent ${kind}`, 'publish report', 'take succeeded']
    const worked = ['volume-ready', 'engine-running', 'accounts-ready', 'endpoint-verified'].flatMap(step)
    const told = ['publish OperationOutcomeReached', 'react OperationOutcomeReached']
    const ended = ['publish InstanceProvisioned', 'react InstanceProvisioned']
    expect(causesOf(spans, only('apply OperationSucceeded', 'operations'))).toEqual([
      ...begun,
      ...worked,
      ...told,
      ...ended,
      'apply OperationSucceeded',
    ])
    expect(only('graphql mutation')).toMatchObject({ parentSpanId: callerSpan, kind: 2, status: 0 })
    const ids = new Set([callerSpan, ...spans.map(({ spanId }) => spanId)])
    expect(spans.filter(({ parentSpanId }) => !ids.has(parentSpanId))).toEqual([])
  })

  it('says what was appended, by whom, and how often a command was tried', () => {
    const [appended] = spans.filter(({ attributes }) =>
      [attributes['coffer.event.types']].flat().includes('InstanceRequested'),
    )
    expect(appended && causesOf(spans, appended)).toEqual(['graphql mutation', 'dispatch CreateInstance', 'append'])
    expect(only('dispatch CreateInstance').attributes).toEqual({
      'coffer.outcome': 'ACCEPTED',
      'coffer.instance.id': created.instance.id,
      'coffer.operation.id': created.operation.id,
    })
    expect(only('agent engine-running').attributes).toMatchObject({
      'coffer.command.kind': 'engine-running',
      'coffer.command.attempt': 1,
      'coffer.operation.id': created.operation.id,
    })
    for (const { startMs, endMs } of spans) expect(endMs).toBeGreaterThanOrEqual(startMs)
  })

  it('tells nobody what people typed in, and no secret', () => {
    const generated = created.credentials.find(({ user }) => user === 'generated')?.password ?? ''
    expect(generated).not.toBe('')
    const all = collector.bodies()
    for (const planted of [password, generated, server.adminToken, 'planted']) {
      expect(all.includes(planted)).toBe(false)
      expect(all.includes(Buffer.from(planted).toString('base64'))).toBe(false)
    }
    // All were there to be told.
    expect(collector.requests().every(({ headers }) => headers.authorization === header)).toBe(true)
    expect(server.output()).not.toContain('planted-collector-token')
  })

  it('has loaded OpenTelemetry for it', () => {
    expect(server.output()).toContain('loads @opentelemetry/sdk-trace')
  })
})

describe('a server whose collector is away', () => {
  it('does its work, says so once and stops in order', async () => {
    const gone = await startCollector()
    await gone.close()
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: gone.url, OTEL_EXPORTER_OTLP_TIMEOUT: '200' }
    const server = await site.start({ env })
    const api = createServerApi(server)
    const outages = (): number => server.output().match(/traces cannot be sent/g)?.length ?? 0
    await waitFor('the outage to be told', () => outages() > 0)
    const { instance } = await api.provision({ name: 'db' })
    expect(await api.changeAndWait('delete', instance.id)).toMatchObject({ status: 'DELETED' })
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    expect(outages()).toBe(1)
    expect(server.output()).not.toContain('did not stop in order')
  })
})

describe('a server that is not, or is told not to', () => {
  it.each([
    ['no collector is named', () => ({})],
    ['it is turned off', () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' })],
  ])('when %s loads nothing of OpenTelemetry and speaks to nobody', async (_when, environment) => {
    const before = collector.connections()
    const server = await site.start({ program, env: environment() })
    await createServerApi(server).request('{ viewer { subject } }')
    await server.stop()
    expect(server.output()).toContain('watches what is loaded')
    expect(server.output()).not.toContain('loads @opentelemetry')
    expect(collector.connections()).toBe(before)
  })
})
