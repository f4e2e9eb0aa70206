import type { Resources } from '../values/resources.ts'
import { majorOf } from '../values/version.ts'
import { clamp, type Settings } from './configuration-rules.ts'

/**
 * The settings that depend on the instance's size. Sources of the rules:
 * - PostgreSQL documentation 19.4.1 (25 % of memory for `shared_buffers`) and its wiki, "Tuning Your PostgreSQL Server"
 *   (`effective_cache_size` at 3/4 of memory).
 * - pgtune (github.com/le0pard/pgtune): `work_mem` from what is left over three sorts a connection;
 *   `maintenance_work_mem` 1/16 of memory, at most 2 GiB; parallel workers from the number of CPUs.
 * - Amazon RDS: `max_connections` is memory / 9531392 bytes; here up to 500, as with Heroku and Cloud SQL: each is a
 *   process, and more of them leave too little `work_mem` to each. Who needs more wants a pooler. The slots of the
 *   agent come on top, so that clients get as many as the size says.
 * - `max_wal_size` and `temp_file_limit` keep log and spilled sorts from filling the volume: a tenth and a quarter of
 *   it. PostgreSQL stops when it cannot write its log, and wants at least two segments of 16 MiB of it. What a slot of
 *   a subscriber that is away may keep of it, `max_slot_wal_keep_size`, is another tenth: then it loses its place.
 */
export const sizeSettings = ({ vcpus, memoryMiB, volumeGiB }: Resources, version: string): Settings => {
  const memoryKiB = Math.max(memoryMiB, minimumMemoryMiB) * 1024
  const sharedBuffersKiB = Math.floor(memoryKiB / 4)
  const clients = clamp(Math.floor((memoryKiB * 1024) / 9_531_392), 20, mostConnections)
  const reserved: Settings = hasReservedSlots(version) ? { reserved_connections: monitorSlots } : {}
  const volumeMiB = Math.max(volumeGiB, 1) * 1024
  const maxWalMiB = clamp(Math.floor(volumeMiB / 10), 64, 4096)
  const workers = Math.max(vcpus, 1)
  return {
    max_connections: clients + superuserSlots + Number(reserved.reserved_connections ?? 0),
    superuser_reserved_connections: superuserSlots,
    ...reserved,
    shared_buffers: `${sharedBuffersKiB}kB`,
    effective_cache_size: `${Math.floor((memoryKiB * 3) / 4)}kB`,
    work_mem: `${Math.max(1024, Math.floor((memoryKiB - sharedBuffersKiB) / (clients * 3)))}kB`,
    maintenance_work_mem: `${clamp(Math.floor(memoryKiB / 16), 8 * 1024, 2 * 1024 * 1024)}kB`,
    max_wal_size: `${maxWalMiB}MB`,
    max_slot_wal_keep_size: `${maxWalMiB}MB`,
    min_wal_size: `${Math.max(32, Math.floor(maxWalMiB / 4))}MB`,
    temp_file_limit: `${volumeMiB / 4}MB`,
    // Also used by extensions and logical replication, hence the engine's default of 8 as the floor.
    max_worker_processes: Math.max(8, workers),
    max_parallel_workers: workers,
    max_parallel_workers_per_gather: Math.min(4, Math.ceil(workers / 2)),
    max_parallel_maintenance_workers: Math.min(4, Math.ceil(workers / 2)),
  }
}

/** PostgreSQL 16 has slots that are kept for the role `pg_use_reserved_connections`, beside those for superusers. */
export const hasReservedSlots = (version: string): boolean => majorOf(version) >= 16

const mostConnections = 500

/**
 * The agent administers over the socket as the superuser: two sessions to make accounts, one for health, two to spare. The others are for
 * connections that have not logged in: the engine takes twice as many as all its slots, those of logged-in clients included, and refuses
 * everybody then. 200 that say nothing leave room. Nobody but the superuser gets a session in them, and 80 take 4 MiB of shared memory (17, 18).
 */
const superuserSlots = 5 + 80
/** Sessions of the monitor account over the endpoint: one for a verification, one for what a killed agent left open, one to spare. */
const monitorSlots = 3

/** Below it PostgreSQL does not do useful work, and the formulas give values it refuses. */
const minimumMemoryMiB = 64

/**
 * What users of managed databases find elsewhere, where the engine's own default is for another time or another place. A table of them with their
 * reasons is in docs/reference/postgresql.md. A session, user or database may set most of them otherwise.
 */
export const expectedSettings: Settings = {
  // Volumes are on solid state disks: the engine's 4 is for spinning ones (RDS for Aurora and CNPG's examples: 1.1).
  random_page_cost: 1.1,
  track_io_timing: 'on',
  log_lock_waits: 'on',
  log_temp_files: '10MB',
  // A client that vanished without a word is noticed within two minutes, not after the two hours of the system.
  tcp_keepalives_idle: 60,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 6,
  client_connection_check_interval: '10s',
  // As RDS: what is forgotten holds back vacuum until the table bloats.
  idle_in_transaction_session_timeout: '1d',
  synchronous_commit: 'on',
  timezone: 'UTC',
  datestyle: 'iso, mdy',
  default_text_search_config: 'pg_catalog.english',
}
