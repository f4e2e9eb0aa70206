import { join } from 'node:path'
import type { Kernel } from '../../../kernel/kernel.ts'
import type { EngineDriver } from '../engine.ts'
import { environmentOf } from '../run-program.ts'
import { createWaitReady } from '../wait-ready.ts'
import { setAccess } from './accounts/access.ts'
import { ensureDatabases } from './accounts/databases.ts'
import { dropDatabases } from './accounts/drop-databases.ts'
import { dropUsers } from './accounts/drop-users.ts'
import { setExtension } from './accounts/extensions.ts'
import { list } from './accounts/list.ts'
import { setRoot } from './accounts/root.ts'
import { ensureUsers, setPasswords } from './accounts/users.ts'
import { readAll } from './backup/read-all.ts'
import { restore } from './backup/restore.ts'
import { take } from './backup/take.ts'
import { applyConfiguration } from './configuration/apply-configuration.ts'
import { configure, everything, settingsOf } from './configuration/configuration.ts'
import { followSize } from './configuration/follow-size.ts'
import { hurryLogins } from './configuration/hurry-logins.ts'
import { readParameters } from './configuration/read-parameters.ts'
import { renewClusterIdentity } from './lifecycle/cluster-identity.ts'
import { checkEndpoint, verifyEndpoint } from './lifecycle/endpoint.ts'
import { explainPostgresqlLog } from './lifecycle/engine-log.ts'
import { findPostmaster, isAnyPostmasterOn, reload } from './lifecycle/postmaster.ts'
import { checkHealth, findingsOf } from './lifecycle/readiness.ts'
import { createTemplate } from './lifecycle/template.ts'
import { endWrites } from './room/end-writes.ts'
import { giveRoomBack } from './room/give-room-back.ts'
import { discoverInstallations, type SearchPaths } from './setup/discover.ts'

export type PostgresqlDriverDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & { readonly searchPaths: SearchPaths }

/**
 * The driver for PostgreSQL 15 and later. Keeps no state: everything is read from the instance's directory and the
 * engine itself, so several agents' lives can follow one another over one running engine. An aborted call rejects with
 * the signal's reason.
 */
export const createPostgresqlDriver = (deps: PostgresqlDriverDeps) =>
  ({
    datastore: 'postgresql',
    probe: (signal: AbortSignal) => discoverInstallations(deps, signal),
    createTemplate,
    giveIdentity: (directory) => renewClusterIdentity(deps.clock, directory),
    configure,
    readParameters,
    // It has read its files again by then, and all of them are in these.
    applyParameters: () => Promise.resolve(),
    applyConfiguration: (instance, signal) => applyConfiguration(deps.timers, instance, signal),
    followSize: (instance, signal) => followSize(deps.timers, instance, signal),
    // Directly, not by pg_ctl, whose child would be nobody's and whose exit code would be another's.
    processSpec: ({ installation, dataDir }) => ({
      command: join(installation.binDir, 'postgres'),
      args: ['-D', dataDir],
      env: environmentOf(installation),
    }),
    // PostgreSQL documentation 18.5: fast shutdown ends sessions and writes a checkpoint, immediate shutdown leaves
    // recovery to the next start.
    stopSignals: { graceful: 'SIGINT', immediate: 'SIGQUIT' },
    // PostgreSQL documentation 18.9.5: sessions that are open keep the certificate they began with.
    reloadCertificate: ({ dataDir }) => reload(dataDir),
    findProcess: async ({ dataDir }) => (await findPostmaster(dataDir))?.pid ?? null,
    isEnding: async ({ dataDir }) => (await findPostmaster(dataDir))?.ending ?? false,
    waitReady: createWaitReady('PostgreSQL', deps, {
      isThere: async ({ dataDir }) => (await findPostmaster(dataDir))?.ready ?? false,
      isAnyThere: ({ dataDir }) => isAnyPostmasterOn(dataDir),
      checkHealth,
      findings: findingsOf,
    }),
    checkHealth,
    checkEndpoint,
    accounts: { list, ensureDatabases, dropDatabases, ensureUsers, dropUsers, setPasswords, setAccess, setRoot },
    room: { giveRoomBack, endWrites },
    setExtension,
    backup: { take, restore, readAll },
    hurryLogins,
    verifyEndpoint,
    explainLog: (instance, log) => explainPostgresqlLog(new Set(Object.keys(settingsOf(instance, everything))), log),
  }) satisfies EngineDriver
