import { rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Settings } from '../../../../domain/engines/configuration-rules.ts'
import { postgresqlConfiguration } from '../../../../domain/engines/postgresql-configuration.ts'
import type { EngineInstance, EngineLimits, Installation } from '../../engine.ts'
import { writeOwnedFile } from '../../owned-file.ts'
import { ownerRolePrefix } from '../accounts/roles.ts'
import { toEngineFault } from '../faults.ts'
import { findPostmaster, pidFileOf } from '../lifecycle/postmaster.ts'
import { majorOf } from '../version.ts'
import { hurriedConf, hurriedConfOf } from './hurry-logins.ts'
import { preloadOf } from './preload.ts'

/**
 * Writes `coffer.conf`, `postgresql.conf` (which only includes it), `pg_hba.conf` and `pg_ident.conf` in the instance's
 * data directory, each wholly ours and the same for the same instance. To be called before every start: it also removes
 * a pid file that a crash left behind. Throws `EngineFault` (`CONFIGURE_FAILED`, `DISK_FULL`).
 */
export const configure = async (instance: EngineInstance, limits: EngineLimits): Promise<void> => {
  const files = {
    'coffer.conf': renderSettings(settingsOf(instance, limits)),
    'postgresql.conf': `# Written by Coffer at every start: changes made here are lost.\ninclude 'coffer.conf'\ninclude_if_exists '${hurriedConf}'\n`,
    'pg_hba.conf': limits.clients === 'served' ? hostBasedAuthentication(instance.installation) : administrationAlone,
    'pg_ident.conf': userMap(instance),
  }
  try {
    for (const [name, text] of Object.entries(files)) {
      await writeOwnedFile(join(instance.dataDir, name), text, instance.owner)
    }
    await rm(hurriedConfOf(instance.dataDir), { force: true })
    await removeStalePidFile(instance)
  } catch (error) {
    throw toEngineFault(error, 'write the configuration', 'CONFIGURE_FAILED')
  }
}

/** The limits under which most is written. */
export const everything: EngineLimits = { clients: 'kept-out', volume: 'FULL' }

/** Every setting that Coffer writes for this instance. */
export const settingsOf = (instance: EngineInstance, { clients, volume }: EngineLimits): Settings => ({
  ...postgresqlConfiguration.defaults(instance.spec, instance.installation.version),
  ...instance.parameters,
  ...fixedSettings(instance),
  ...(clients === 'trial' ? { listen_addresses: '', ssl: 'off' } : {}),
  // After a PANIC for want of room it would try to recover without the reserve, and an orderly stop then waits in vain (18.4).
  ...(volume === 'ROOMY' ? {} : { restart_after_crash: 'off' }),
  ...(volume === 'FULL' ? fencedSettings : {}),
})

const fixedSettings = ({ nodeId, installation, listen, runDir, tls }: EngineInstance): Settings => ({
  cluster_name: `coffer-${nodeId}`,
  listen_addresses: listen.address,
  port: listen.port,
  unix_socket_directories: runDir,
  unix_socket_permissions: '0700',
  ssl: 'on',
  ssl_cert_file: tls.certificate,
  ssl_key_file: tls.key,
  ssl_min_protocol_version: 'TLSv1.2',
  password_encryption: 'scram-sha-256',
  // Connections that have not logged in are counted, and twice the slots is all that the engine takes of them: within
  // the default of a minute, few that say nothing lock everybody out for as long.
  authentication_timeout: '10s',
  fsync: 'on',
  full_page_writes: 'on',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] %q%u@%d ',
  log_timezone: 'UTC',
  // A statement may hold a password or a customer's data, and a failed one is logged in full by default.
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_min_duration_statement: -1,
  // The agent recognises the engine's messages.
  lc_messages: 'C',
  shared_preload_libraries: preloadOf(installation.binDir).join(','),
  wal_level: 'logical',
  max_replication_slots: 10,
  max_wal_senders: 10,
  // Who creates a role may use it at once, as a superuser could.
  ...(majorOf(installation.version) >= 16 ? { createrole_self_grant: 'set, inherit' } : {}),
  // What ALTER SYSTEM writes would win over this file, and could switch off TLS or fsync.
  ...(majorOf(installation.version) >= 17 ? { allow_alter_system: 'off' } : {}),
})

/**
 * For a volume that is full. A session may set itself to read and write, to delete data; the log is given back as soon as can be, and sorts spill
 * next to nothing.
 */
const fencedSettings: Settings = {
  default_transaction_read_only: 'on',
  max_wal_size: '48MB',
  min_wal_size: '32MB',
  max_slot_wal_keep_size: '48MB',
  temp_file_limit: '8MB',
  // The file of a table that was dropped goes with the next checkpoint.
  checkpoint_timeout: '30s',
  checkpoint_completion_target: 0.1,
}

/**
 * `a = 'b'` lines; in a quoted value a quote is doubled and a backslash is an escape (PostgreSQL documentation 19.1.2).
 */
const renderSettings = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = '${String(value).replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`)
    .join('')

/**
 * The first line that fits decides. The superuser comes in over the socket alone, and there only for the accounts in
 * the user map; all others over TLS alone, and nobody as an owner role. Only the agent replicates, for
 * backups: `all` does not stand for replication.
 */
const hostBasedAuthentication = ({
  version,
}: Installation): string => `# Written by Coffer at every start: changes made here are lost.
local     all          postgres             peer map=coffer
local     replication  postgres             peer map=coffer
local     all  all                  reject
host      all  postgres  all        reject
${majorOf(version) >= 16 ? `host      all  /^${ownerRolePrefix}  all  reject\n` : ''}hostnossl all  all       all        reject
hostssl   all  all       0.0.0.0/0  scram-sha-256
hostssl   all  all       ::/0       scram-sha-256
`

/** While the engine has room that is kept for its recovery, nobody takes it. */
const administrationAlone = `# Written by Coffer at every start: changes made here are lost.
local     all  postgres             peer map=coffer
local     all  all                  reject
host      all  all       all        reject
`

/**
 * The agent may be `postgres`: root, or the account that it shares with the engine. Where the engine has an account of its own, that one may not: a
 * server process that a tenant talks into connecting to its own socket, as `postgres_fdw` does, would be a superuser there.
 */
const userMap = ({ owner }: EngineInstance): string => {
  const account = owner === null ? userInfo().username : 'root'
  return `# Written by Coffer at every start: changes made here are lost.\ncoffer "${account}" postgres\n`
}

/**
 * PostgreSQL refuses to start while the pid in its file belongs to another process of its account, as can happen after a
 * crash and a reboot where agent and engine share one account. Its own lock on shared memory still protects the data.
 */
const removeStalePidFile = async (instance: EngineInstance): Promise<void> => {
  if ((await findPostmaster(instance.dataDir)) === null) await rm(pidFileOf(instance.dataDir), { force: true })
}
