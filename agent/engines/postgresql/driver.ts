import { join } from 'node:path'
import type { Log } from '../../../kernel/log.ts'
import type { EngineDriver } from '../engine.ts'
import { applyConfiguration } from './apply-configuration.ts'
import { renewClusterIdentity } from './cluster-identity.ts'
import { configure, settingsOf } from './configuration.ts'
import { ensureDatabases } from './databases.ts'
import { discoverInstallations, type SearchPaths } from './discover.ts'
import { endWrites } from './end-writes.ts'
import { checkEndpoint, verifyEndpoint } from './endpoint.ts'
import { explainPostgresqlLog } from './engine-log.ts'
import { giveRoomBack } from './give-room-back.ts'
import { findPostmaster } from './postmaster.ts'
import { checkHealth, waitReady } from './readiness.ts'
import { programEnvironment } from './run-program.ts'
import { createTemplate } from './template.ts'
import { ensureUsers } from './users.ts'

/**
 * The driver for PostgreSQL 15 and later. Keeps no state: everything is read from the instance's directory and the
 * engine itself, so several agents' lives can follow one another over one running engine. An aborted call rejects with
 * the signal's reason.
 */
export const createPostgresqlDriver = (deps: { searchPaths: SearchPaths; log: Pick<Log, 'warn'> }): EngineDriver => ({
  datastore: 'postgresql',
  probe: (signal) => discoverInstallations(deps, signal),
  createTemplate,
  giveIdentity: renewClusterIdentity,
  configure,
  applyConfiguration,
  giveRoomBack,
  endWrites,
  // Directly, not by pg_ctl, whose child would be nobody's and whose exit code would be another's.
  processSpec: ({ installation, dataDir }) => ({
    command: join(installation.binDir, 'postgres'),
    args: ['-D', dataDir],
    env: programEnvironment,
  }),
  // PostgreSQL documentation 18.5: fast shutdown ends sessions and writes a checkpoint, immediate shutdown leaves
  // recovery to the next start.
  stopSignals: { graceful: 'SIGINT', immediate: 'SIGQUIT' },
  // PostgreSQL documentation 18.9.5: sessions that are open keep the certificate they began with.
  reloadSignal: 'SIGHUP',
  findProcess: async ({ dataDir }) => (await findPostmaster(dataDir))?.pid ?? null,
  isEnding: async ({ dataDir }) => (await findPostmaster(dataDir))?.ending ?? false,
  waitReady,
  checkHealth,
  checkEndpoint,
  ensureDatabases,
  ensureUsers,
  verifyEndpoint,
  explainLog: (instance, log) => explainPostgresqlLog(new Set(Object.keys(settingsOf(instance, 'FULL'))), log),
})
