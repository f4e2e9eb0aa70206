import { type ConfigurationRules, type OwnedParameters, splitQuantity } from './configuration-rules.ts'
import { expectedSettings, sizeSettings } from './postgresql-settings.ts'

const owned: readonly OwnedParameters[] = [
  {
    names: /^(?:listen_addresses|port|unix_socket_\w+|bonjour\w*|tcp_user_timeout)$/,
    why: 'Coffer decides where the engine listens',
  },
  { names: /^(?:ssl|ssl_\w+)$/, why: 'TLS and its certificates are kept by Coffer' },
  {
    names: /^(?:data_directory|config_file|hba_file|ident_file|external_pid_file|data_directory_mode|event_source)$/,
    why: 'Coffer decides where the files of an instance are',
  },
  {
    names:
      /^(?:log_destination|logging_collector|log_directory|log_file\w*|log_rotation\w*|log_truncate\w*|syslog\w*|log_line_prefix|log_timezone|lc_messages|log_error_verbosity|log_min_messages)$/,
    why: 'Coffer reads the log of the engine, whose form must stay',
  },
  {
    names:
      /^(?:log_statement\w*|log_min_error_statement|log_min_duration\w*|log_parameter\w*|log_transaction_sample_rate|debug_\w+|log_(?:parser|planner|executor)_stats|log_replication_commands|log_connections|log_disconnections|log_duration|log_hostname)$/,
    why: 'statements, which may hold passwords, and names of users stay out of the log',
  },
  {
    names:
      /^(?:fsync|full_page_writes|data_sync_retry|zero_damaged_pages|ignore_\w+|allow_\w+|restart_after_crash|remove_temp_files_after_crash|data_checksums|wal_init_zero|wal_recycle|wal_sync_method|transform_null_equals|exit_on_error|bytea_output_\w+)$/,
    why: 'Coffer promises that data survives a crash',
  },
  {
    names:
      /^(?:archive_\w+|restore_command|recovery_\w+|primary_\w+|promote_\w+|hot_standby\w*|wal_level|wal_log_hints|wal_keep_size|wal_sender_timeout|wal_receiver\w*|wal_retrieve\w*|wal_summary\w*|summarize_wal|max_wal_senders|max_replication_slots|max_active_replication_origins|synchronous_standby_names|synchronized_standby_slots|sync_replication_slots|idle_replication_slot_timeout|track_commit_timestamp|backtrace_functions|wal_consistency_checking)$/,
    why: 'backup and replication are kept by Coffer',
  },
  {
    names:
      /^(?:\w+_preload_libraries|dynamic_library_path|extension_control_path|jit_provider|jit_(?:debugging|profiling|dump)\w*)$/,
    why: 'libraries run inside the engine with all its rights',
  },
  {
    names:
      /^(?:password_encryption|authentication_timeout|krb_\w+|gss_\w+|db_user_namespace|oauth_\w+|scram_iterations|md5_password_warnings|createrole_self_grant|role|session_authorization|row_security|is_superuser|post_auth_delay|pre_auth_delay)$/,
    why: 'Coffer keeps how users log in and what they may do',
  },
  {
    names: /^(?:superuser_reserved_connections|reserved_connections)$/,
    why: "Coffer's own connections are among them",
  },
  {
    names: /^(?:max_wal_size|min_wal_size|max_slot_wal_keep_size|temp_file_limit)$/,
    why: 'it follows the size of the volume, so that the engine does not fill it',
  },
  {
    names: /^(?:default_transaction_read_only|transaction_\w+)$/,
    why: 'Coffer sets it while the volume is full',
  },
  { names: /^(?:cluster_name|update_process_title|application_name)$/, why: 'Coffer knows the engine by it' },
  {
    names: /^(?:trace_\w+|.*_test\w*|send_abort_\w+|io_debug\w*|seed)$/,
    why: 'it is for the developers of the engine',
  },
]

const texts: ReadonlySet<string> = new Set([
  'search_path',
  'timezone',
  'datestyle',
  'timezone_abbreviations',
  'default_text_search_config',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
])

const memoryUnits: Readonly<Record<string, number>> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 }
const timeUnits: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, min: 6e7, h: 3.6e9, d: 8.64e10 }

/** `8kB` is a unit as well: pages and segments are counted. */
const sizeOfUnit = (unit: string): { readonly size: number; readonly kind: typeof memoryUnits } | null => {
  const [, count = '1', name = ''] = /^(\d*)(\w+)$/.exec(unit) ?? []
  const kind = Object.hasOwn(memoryUnits, name) ? memoryUnits : timeUnits
  const size = kind[name]
  return size === undefined ? null : { size: Number(count || 1) * size, kind }
}

/** PostgreSQL documentation 19.1.1: a number, or a number with a unit of the same kind; units are told apart by their case. */
const quantity = (text: string, unit: string | null): number | null => {
  const split = splitQuantity(text)
  if (!split) return null
  const { count, suffix } = split
  if (suffix === '') return count
  const own = unit === null ? null : sizeOfUnit(unit)
  const given = own && Object.hasOwn(own.kind, suffix) ? own.kind[suffix] : undefined
  return own && given !== undefined ? (count * given) / own.size : null
}

const mebibytes = (text: string, unit: string | null): number | null => {
  const own = unit === null ? null : sizeOfUnit(unit)
  const count = quantity(text, unit)
  return own === null || own.kind !== memoryUnits || count === null ? null : (count * own.size) / 1024 ** 2
}

export const postgresqlConfiguration: ConfigurationRules = {
  owned,
  texts,
  memory: ['shared_buffers', 'wal_buffers'],
  quantity,
  mebibytes,
  defaults: (resources, version) => ({ ...expectedSettings, ...sizeSettings(resources, version) }),
}
