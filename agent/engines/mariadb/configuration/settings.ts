import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Settings } from '../../../../domain/engines/configuration-rules.ts'
import { mariadbConfiguration } from '../../../../domain/engines/mariadb-configuration.ts'
import type { EngineInstance, EngineLimits, Installation } from '../../engine.ts'
import { databasesOf, pidFileOf, socketOf, temporaryFilesOf } from '../places.ts'

/** Every option that Coffer writes for this instance. */
export const settingsOf = (instance: EngineInstance, limits: EngineLimits): Settings => ({
  ...mariadbConfiguration.defaults(instance.spec, instance.installation.version),
  ...instance.parameters,
  ...programSettings(instance.installation),
  ...fixedSettings(instance),
  ...(limits.clients === 'trial' ? { skip_networking: 'ON' } : tlsSettings(instance)),
  ...limitSettings(limits),
})

/** Where the files are that belong to the programs, wherever these are. */
export const programSettings = ({ binDir }: Installation): Settings => {
  const prefix = join(binDir, '..')
  return {
    basedir: prefix,
    lc_messages_dir: join(prefix, 'share', 'mysql'),
    character_sets_dir: join(prefix, 'share', 'mysql', 'charsets'),
    plugin_dir: join(prefix, 'lib', 'mysql', 'plugin'),
  }
}

const fixedSettings = (instance: EngineInstance): Settings => ({
  datadir: databasesOf(instance),
  tmpdir: temporaryFilesOf(instance),
  socket: socketOf(instance),
  pid_file: pidFileOf(instance),
  server_id: serverIdOf(instance.nodeId),
  bind_address: instance.listen.address,
  port: instance.listen.port,
  // Names would be asked of the network at every login. Addresses are what accounts have.
  skip_name_resolve: 'ON',
  // The server would refuse an address for good after so many logins that failed.
  max_connect_errors: 4_294_967_295,
  character_set_server: 'utf8mb4',
  default_time_zone: '+00:00',
  // Every transaction is on the disk before it is answered.
  innodb_flush_log_at_trx_commit: 1,
  // What a large transaction took of the volume is given back.
  innodb_undo_tablespaces: undoTablespaces,
  innodb_undo_log_truncate: 'ON',
  // Aborted connections and refused logins stay out of the log: they name users and addresses.
  log_warnings: 1,
  // Nothing of the host's files.
  symbolic_links: 'OFF',
  secure_file_priv: temporaryFilesOf(instance),
  query_cache_size: 0,
  query_cache_type: 'OFF',
})

const tlsSettings = ({ tls }: EngineInstance): Settings => ({
  require_secure_transport: 'ON',
  ssl_cert: tls.certificate,
  ssl_key: tls.key,
  ssl_ca: tls.ca,
  tls_version: 'TLSv1.2,TLSv1.3',
})

/** Fixed when the template is made. Two at least, so that one can be cut while the other is used. */
export const undoTablespaces = 3

/** Any that differs from that of another instance will do; 0 is none. */
const serverIdOf = (nodeId: string): number => createHash('sha256').update(nodeId).digest().readUInt32BE(0) || 1

/** Those that a running server takes: `applyConfiguration` sets them. */
export type LiveSettings = { readonly init_connect: string; readonly transaction_read_only: 'ON' | 'OFF' }

/**
 * Kept out: a session begins with a statement that fails, which ends it; the agent's own begin without. Full: sessions may only read, unless they ask
 * for more, to delete what takes room.
 */
const limitSettings = ({ clients, volume }: EngineLimits): LiveSettings => ({
  init_connect: clients === 'served' ? '' : "SIGNAL SQLSTATE '08004'",
  transaction_read_only: volume === 'FULL' ? 'ON' : 'OFF',
})

/** What `renderSettings` wrote, of those that a running server takes. */
export const parseLiveSettings = (text: string): LiveSettings => {
  const { init_connect = '', transaction_read_only } = parseSettings(text)
  return { init_connect, transaction_read_only: transaction_read_only === 'ON' ? 'ON' : 'OFF' }
}

/** What `renderSettings` wrote. */
export const parseSettings = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, name = '', value = '']) => [name, value.replace(/\\(.)/g, '$1')]),
  )

/** `option = "value"` lines; a backslash is an escape (MariaDB documentation, "Configuring MariaDB with Option Files"). */
export const renderSettings = (settings: Settings): string =>
  `[mariadbd]\n${Object.entries(settings)
    .map(([name, value]) => `${name} = "${String(value).replace(/[\\"]/g, '\\$&')}"\n`)
    .join('')}`
