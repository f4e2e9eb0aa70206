import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { requestIds } from '../../commands/request-ids.ts'
import { parseCommandId } from '../../domain/ids.ts'
import { HostsDocument, type OperationFragment as Operation, QuotaDocument } from '../../ops/cli/generated/graphql.ts'
import type { Connection } from '../../ops/cli/pages.ts'
import { readEffects, readLog } from '../support/embedded-log.ts'
import { noTraces, postmastersOf, tracesOfInstance } from '../support/host-traces.ts'
import { loginTo, queryOnce } from '../support/postgresql-client.ts'
import { createServerApi } from '../support/server-api.ts'
import { createServerSite } from '../support/server-site.ts'
import { type CrashPoint, describePoint } from './crash-point.ts'

const crashingServer = fileURLToPath(new URL('crashing-server.ts', import.meta.url))
const site = createServerSite('faults')
afterEach(site.killServers)

const append = (when: 'before' | 'after', type: string): CrashPoint => ({ at: 'append', when, type })
const commands = ['volume-ready', 'engine-running', 'accounts-ready', 'endpoint-verified']

/**
 * Every moment of a provisioning that leaves something else behind than the others. Right after an event that the same process follows up at
 * once is thus right before what follows: the next event of a dispatch, or the command that a completed step leads to.
 */
const points: readonly CrashPoint[] = [
  ...['RequestReceived', 'QuotaReserved', 'HostCapacityClaimed', 'InstanceRequested'].map((type) =>
    append('before', type),
  ),
  append('after', 'InstanceRequested'),
  append('before', 'OperationStarted'),
  ...commands.flatMap((kind, index): CrashPoint[] => [
    { at: 'command', when: 'before', kind },
    { at: 'command', when: 'after', kind },
    { at: 'result', when: 'before', nth: index + 1 },
    { at: 'result', when: 'after', nth: index + 1 },
  ]),
  // The agent may have noted by then that its result is out.
  { at: 'append', when: 'before', type: 'OperationStepCompleted', step: 'engine' },
  ...[
    'OperationOutcomeReached',
    'InstanceProvisioned',
    'QuotaCommitted',
    'HostClaimConfirmed',
    'OperationSucceeded',
  ].flatMap((type) => [append('before', type), append('after', type)]),
]

describe('a server that is killed while it provisions, and started again', () => {
  it.each(points.map((point) => [describePoint(point), point] as const))(
    'killed %s: the instance becomes ACTIVE with one engine, started once',
    async (name, point) => {
      const input = { name: `db-${points.indexOf(point)}`, databases: [{ name: 'app' }], users: [{ name: 'app' }] }
      const request = { ...input, idempotencyKey: name }
      const doomed = await site.start({ program: crashingServer, args: [JSON.stringify(point)] })
      // The answer is lost where the server did not live to give it: a client that hears nothing asks again with its key.
      const heard = await createServerApi(doomed)
        .create(request)
        .catch(() => null)
      expect(await doomed.ended).toMatchObject({ signal: 'SIGKILL' })
      const known = readLog(site.dataDir).findLast(({ type }) => type === 'RequestReceived')?.data
      const isKnown = point.at !== 'append' || point.type !== 'RequestReceived'

      const server = await site.start()
      const api = createServerApi(server)
      const again = await api.create(request)
      if (isKnown) expect(requestIds(parseCommandId(known?.commandId)).instanceId).toBe(again.instance.id)
      if (heard) expect(again.credentials).toEqual(heard.credentials)
      const instance = await api.settled(again.operation.id)
      expect(instance).toMatchObject({ status: 'ACTIVE', health: 'HEALTHY', fault: null })
      expect(readEffects(site.dataDir, instance.id)).toEqual(['engine-started'])
      expect(postmastersOf(site.dataDir, instance.id)).toHaveLength(1)
      const [credential] = again.credentials
      if (!credential) throw new Error('no credentials were given')
      expect(await queryOnce(loginTo(instance, credential), 'SELECT 1 AS one')).toEqual([{ one: 1 }])

      await api.changeAndWait('delete', instance.id)
      expect(tracesOfInstance(site.dataDir, instance.id)).toEqual(noTraces)
      await server.stop()
    },
  )
})

describe('after all these kills', () => {
  it('no operation ended later than its deadline, or not at all', async () => {
    const server = await site.start()
    const api = createServerApi(server)
    const { operations } = await api.request<{ operations: { nodes: readonly Operation[] } }>(
      '{ operations(first: 500) { nodes { id kind status deadline endedAt } } }',
    )
    const all = operations.nodes
    expect(all.length).toBeGreaterThanOrEqual(2 * points.length)
    expect(all.filter(({ endedAt, deadline }) => endedAt === null || endedAt > deadline)).toEqual([])

    const { quota } = await api.request<{ quota: { used: object } }>(QuotaDocument)
    expect(quota.used).toEqual({ instances: 0, vcpus: 0, memoryMiB: 0, volumeGiB: 0, backupGiB: 0 })
    const { hosts } = await api.request<{ hosts: Connection<{ claimed: object }> }>(HostsDocument)
    expect(hosts.edges.map(({ node }) => node.claimed)).toEqual([{ vcpus: 0, memoryMiB: 0, volumeGiB: 0 }])
    const views = await site.cli.json<{ equal: boolean; documents: number }[]>(['admin', 'rebuild-views', '--verify'])
    expect(views.filter(({ equal }) => !equal)).toEqual([])
    await server.stop()
  })
})
