import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Resources } from '../../../../domain/values/resources.ts'
import type { EngineInstance, EngineLimits, Installation } from '../../engine.ts'
import { databasesOf, pidFileOf, socketOf, temporaryFilesOf } from '../places.ts'

/** Option and value, unquoted. */
export type Settings = Readonly<Record<string, string | number>>

/** Every option that Coffer writes for this instance. */
export const settingsOf = (instance: EngineInstance, limits: EngineLimits): Settings => ({
  ...programSettings(instance.installation),
  ...fixedSettings(instance),
  ...sizeSettings(instance.spec),
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
  server_id: serverIdOf(instance.instanceId),
  bind_address: instance.listen.address,
  port: instance.listen.port,
  require_secure_transport: 'ON',
  ssl_cert: instance.tls.certificate,
  ssl_key: instance.tls.key,
  ssl_ca: instance.tls.ca,
  tls_version: 'TLSv1.2,TLSv1.3',
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

/** Fixed when the template is made. Two at least, so that one can be cut while the other is used. */
export const undoTablespaces = 3

/** Any that differs from that of another instance will do; 0 is none. */
const serverIdOf = (instanceId: string): number => createHash('sha256').update(instanceId).digest().readUInt32BE(0) || 1

/**
 * Sources of the rules: MariaDB documentation, "InnoDB Buffer Pool" (half to three quarters of the memory) and "Configuring MariaDB for Optimal Performance";
 * Amazon RDS: `max_connections` is memory / 12582880 bytes, here up to 500. Redo log and temporary tables are bounded by the volume: a sixteenth
 * and a quarter of it.
 */
const sizeSettings = ({ memoryMiB, volumeGiB }: Resources): Settings => {
  const volumeMiB = Math.max(volumeGiB, 1) * 1024
  const clients = clamp(Math.floor((memoryMiB * 1024 * 1024) / 12_582_880), 20, 500)
  return {
    innodb_buffer_pool_size: `${Math.max(16, Math.floor(memoryMiB * (memoryMiB < 1024 ? 0.4 : 0.6)))}M`,
    innodb_log_file_size: `${clamp(Math.floor(volumeMiB / 16), 32, 1024)}M`,
    innodb_log_buffer_size: `${clamp(Math.floor(memoryMiB / 64), 2, 16)}M`,
    innodb_temp_data_file_path: `ibtmp1:12M:autoextend:max:${volumeMiB / 4}M`,
    key_buffer_size: `${clamp(Math.floor(memoryMiB / 64), 1, 64)}M`,
    aria_pagecache_buffer_size: `${clamp(Math.floor(memoryMiB / 32), 8, 128)}M`,
    tmp_table_size: `${clamp(Math.floor(memoryMiB / 64), 1, 64)}M`,
    max_heap_table_size: `${clamp(Math.floor(memoryMiB / 64), 1, 64)}M`,
    max_connections: clients + agentConnections,
    // One user cannot take what is left for the agent.
    max_user_connections: clients,
    table_open_cache: clamp(memoryMiB, 400, 4000),
    max_allowed_packet: '64M',
  }
}

/** Those of the agent come on top: health, endpoint, accounts. When clients have taken them all, one more is kept for administration by the server. */
const agentConnections = 3

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

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
  const written = (name: keyof LiveSettings): string =>
    new RegExp(`^${name} = "(.*)"$`, 'm').exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? ''
  return {
    init_connect: written('init_connect'),
    transaction_read_only: written('transaction_read_only') === 'ON' ? 'ON' : 'OFF',
  }
}

/** `option = "value"` lines; a backslash is an escape (MariaDB documentation, "Configuring MariaDB with Option Files"). */
export const renderSettings = (settings: Settings): string =>
  `[mariadbd]\n${Object.entries(settings)
    .map(([name, value]) => `${name} = "${String(value).replace(/[\\"]/g, '\\$&')}"\n`)
    .join('')}`
