import { join } from 'node:path'
import type { Kernel } from '../../../kernel/kernel.ts'
import { discoverServers, type SearchPaths } from '../discover-servers.ts'
import type { EngineDriver } from '../engine.ts'
import { environmentOf } from '../run-program.ts'
import { createWaitReady } from '../wait-ready.ts'
import { setAccess } from './accounts/access.ts'
import { ensureDatabases } from './accounts/databases.ts'
import { dropDatabases } from './accounts/drop-databases.ts'
import { list } from './accounts/list.ts'
import { setRoot } from './accounts/root.ts'
import { dropUsers, ensureUsers, setPasswords } from './accounts/users.ts'
import { readAll } from './backup/read-all.ts'
import { restore } from './backup/restore.ts'
import { take } from './backup/take.ts'
import { applyParameters } from './configuration/apply-parameters.ts'
import { applyConfiguration, configure, reloadCertificate } from './configuration/configuration.ts'
import { followSize } from './configuration/follow-size.ts'
import { readParameters } from './configuration/read-parameters.ts'
import { checkEndpoint, verifyEndpoint } from './lifecycle/endpoint.ts'
import { explainMariadbLog } from './lifecycle/engine-log.ts'
import { checkHealth, findingsOf, isEnding } from './lifecycle/readiness.ts'
import { configurationArgument, findServer, isAnyServerOn } from './lifecycle/server-process.ts'
import { createTemplate } from './lifecycle/template.ts'
import { endWrites } from './room/end-sessions.ts'
import { mariadbServers } from './setup/discover.ts'

export type MariadbDriverDeps = Pick<Kernel, 'clock' | 'timers' | 'log'> & { readonly searchPaths: SearchPaths }

/**
 * The driver for MariaDB 10.11 and later. Keeps no state: everything is read from the instance's directories and the engine itself. An aborted call
 * rejects with the signal's reason.
 */
export const createMariadbDriver = (deps: MariadbDriverDeps): EngineDriver => ({
  datastore: 'mariadb',
  probe: (signal) => discoverServers(deps, mariadbServers, signal),
  createTemplate,
  // What tells servers apart is in the configuration; in the data there is nothing.
  giveIdentity: () => Promise.resolve(),
  configure,
  readParameters,
  applyParameters,
  applyConfiguration,
  followSize,
  reloadCertificate,
  processSpec: ({ installation, dataDir }) => ({
    command: join(installation.binDir, 'mariadbd'),
    args: [configurationArgument({ dataDir })],
    env: environmentOf(installation),
  }),
  // It has no signal that ends it sooner than in good order but SIGKILL, after which it recovers.
  stopSignals: { graceful: 'SIGTERM', immediate: 'SIGKILL' },
  findProcess: findServer,
  isEnding,
  waitReady: createWaitReady('MariaDB', deps, {
    isThere: async (instance) => (await findServer(instance)) !== null,
    isAnyThere: isAnyServerOn,
    checkHealth,
    findings: findingsOf,
  }),
  checkHealth,
  checkEndpoint,
  verifyEndpoint,
  explainLog: (_instance, log) => explainMariadbLog(log),
  accounts: { list, ensureDatabases, dropDatabases, ensureUsers, dropUsers, setPasswords, setAccess, setRoot },
  // Its log is of a fixed size, and what a transaction took is given back when it is over: nothing is held that could go sooner.
  room: { giveRoomBack: () => Promise.resolve(), endWrites },
  setExtension: null,
  backup: { take, restore, readAll },
  // They are counted with the others, and one more than all of them is the agent's.
  hurryLogins: null,
})
