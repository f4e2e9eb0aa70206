import { join } from 'node:path'
import type { Kernel } from '../../../kernel/kernel.ts'
import { discoverServers, type SearchPaths } from '../discover-servers.ts'
import type { EngineDriver } from '../engine.ts'
import { environmentOf } from '../run-program.ts'
import { createWaitReady } from '../wait-ready.ts'
import { list } from './accounts/list.ts'
import { dropUsers, ensureUsers, setAccess, setPasswords, setRoot } from './accounts/users.ts'
import { backup } from './backup/backup.ts'
import { applyParameters } from './configuration/apply-parameters.ts'
import { applyConfiguration, configure } from './configuration/configuration.ts'
import { followSize } from './configuration/follow-size.ts'
import { readParameters } from './configuration/read-parameters.ts'
import { checkEndpoint, verifyEndpoint } from './lifecycle/endpoint.ts'
import { explainRedisLog } from './lifecycle/engine-log.ts'
import { checkHealth, findingsOf } from './lifecycle/readiness.ts'
import { findServer, isAnyServerOn } from './lifecycle/server-process.ts'
import { createTemplate } from './lifecycle/template.ts'
import { configurationOf } from './places.ts'
import { redisServers } from './setup/discover.ts'

export type RedisDriverDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & { readonly searchPaths: SearchPaths }

/**
 * The driver for Redis 7.0 and later. Keeps no state: everything is read from the instance's directories and the engine itself. An aborted call
 * rejects with the signal's reason.
 */
export const createRedisDriver = (deps: RedisDriverDeps): EngineDriver => ({
  datastore: 'redis',
  probe: (signal) => discoverServers(deps, redisServers, signal),
  createTemplate,
  // Ids of a run and of replication are made anew at every start.
  giveIdentity: () => Promise.resolve(),
  configure,
  readParameters,
  applyParameters,
  applyConfiguration,
  followSize,
  // The files of the certificate are among what is applied, and read again though their names are the same.
  reloadCertificate: applyConfiguration,
  processSpec: ({ installation, dataDir }) => ({
    command: join(installation.binDir, 'redis-server'),
    args: [configurationOf({ dataDir })],
    env: environmentOf(installation),
  }),
  // Redis documentation, "Redis signal handling": SIGTERM flushes the log and ends. It has no signal that ends it sooner and cleaner than SIGKILL.
  stopSignals: { graceful: 'SIGTERM', immediate: 'SIGKILL' },
  findProcess: findServer,
  // It ends within moments of being told to, and shows nothing of it before.
  isEnding: () => Promise.resolve(false),
  waitReady: createWaitReady('Redis', deps, {
    isThere: async (instance) => (await findServer(instance)) !== null,
    isAnyThere: isAnyServerOn,
    checkHealth,
    findings: findingsOf,
  }),
  checkHealth,
  checkEndpoint,
  verifyEndpoint,
  explainLog: (_instance, log) => explainRedisLog(log),
  accounts: {
    list,
    ensureDatabases: null,
    dropDatabases: null,
    ensureUsers,
    dropUsers,
    setPasswords,
    setAccess,
    setRoot,
  },
  // It has no sessions in the middle of a write: each command is done at once. What it could give back takes more room first.
  room: null,
  setExtension: null,
  backup,
  hurryLogins: null,
})
