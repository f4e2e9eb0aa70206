import { createRefusalLog, defaultRefusalSettings } from '../../commands/refusals.ts'
import { parseProjectId } from '../../domain/ids.ts'
import type { ApiLimits } from '../../graphql/limits.ts'
import { createApi, defaultApiConfig } from '../../graphql/server/api.ts'
import { systemKernel } from '../../kernel/kernel.ts'
import { createMemoryViewStore } from '../../projections/adapters/memory/view-store.ts'
import { createAuditLogReader } from '../../projections/audit-log.ts'
import { createProjectionEngine } from '../../projections/engine.ts'
import { createViews, createViewsAt } from '../../projections/queries.ts'
import { allViews } from '../../projections/registry.ts'
import { createApiClient } from '../unit/graphql/api-client.ts'
import { settings, startControlPlane } from './control-plane.ts'
import { quietKernel } from './quiet-kernel.ts'
import { hostDescription, startScriptedAgent } from './scripted-agent.ts'
import { waitFor } from './wait-for.ts'
import { createRecordingLog } from './write-side.ts'

const adminToken = 'the-operators-own-token'

/** The API over the real write side, log, projections and views; only the engine on the host is a script. What ends it is added to `cleanups`. */
export const startApiOnPlane = async (
  dataDir: string,
  cleanups: (() => Promise<unknown>)[],
  limits: Partial<ApiLimits> = {},
) => {
  const plane = await startControlPlane(dataDir)
  cleanups.push(plane.stop)
  const agent = await startScriptedAgent(plane.bus, hostDescription(), () => 'succeed')
  cleanups.push(agent.stop)
  const viewStore = createMemoryViewStore()
  const { eventStore } = plane
  const { log, lines } = createRecordingLog()
  const engine = createProjectionEngine({ ...plane, viewStore, projections: allViews })
  engine.start()
  cleanups.push(engine.stop)
  const refusals = createRefusalLog({
    ...quietKernel,
    eventStore,
    settings: { ...defaultRefusalSettings, keptDays: 30 },
  })
  const reads = { ...quietKernel, viewStore, readAuditLog: createAuditLogReader(eventStore) }
  const api = createApi({
    views: createViews(reads),
    viewsAt: createViewsAt({ ...reads, eventStore }),
    dispatch: refusals.noting(plane.dispatch),
    deadLetters: plane.bus.deadLetters,
    refusals,
    auth: { adminTokens: () => [adminToken], adminProject: parseProjectId('default'), oidc: null, keystone: null },
    config: { ...defaultApiConfig, defaultQuota: settings.defaultQuota },
    cursorKey: Buffer.alloc(32, 'cursors'),
    kernel: systemKernel(log),
    limits,
  })
  cleanups.push(api.close)
  const client = createApiClient(api, adminToken)
  await client.ask('mutation { defineFlavor(input: { id: "small", vcpus: 1, memoryMiB: 512 }) { __typename } }')
  await waitFor('the datastores to be on offer', () => plane.directory.datastores().length > 0)

  const issueToken = async (projectId: string, role: string): Promise<{ id: string; secret: string }> => {
    const { data } = await client.ask(
      `mutation ($projectId: ID!, $role: Role!) {
        issueToken(input: { projectId: $projectId, role: $role, name: "test" }) { ... on IssueTokenAccepted { tokenId secret token { role } } } }`,
      { variables: { projectId, role } },
    )
    return { id: data.issueToken.tokenId, secret: data.issueToken.secret }
  }
  return { ...client, api, plane, agent, issueToken, lines }
}
