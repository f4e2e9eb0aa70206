import type { Resources } from '../values/resources.ts'
import {
  type ConfigurationRules,
  clamp,
  type OwnedParameters,
  type Settings,
  splitQuantity,
} from './configuration-rules.ts'

const owned: readonly OwnedParameters[] = [
  {
    names:
      /^(?:bind_address|port|extra_port|extra_max_connections|socket|skip_networking|proxy_protocol_\w+|report_\w+)$/,
    why: 'Coffer decides where the engine listens',
  },
  { names: /^(?:ssl_\w+|tls_\w+|require_secure_transport)$/, why: 'TLS and its certificates are kept by Coffer' },
  {
    names:
      /^(?:basedir|datadir|tmpdir|slave_load_tmpdir|pid_file|plugin_dir|plugin_maturity|character_sets_dir|lc_messages_dir|secure_file_priv|local_infile|ignore_db_dirs|aria_log_dir_path|innodb_\w*(?:dir|dir_path|directory|file_path|home_dir|filename|tmpdir)|\w*symbolic_links)$/,
    why: 'Coffer decides where the files of an instance are',
  },
  {
    names:
      /^(?:general_log|general_log_file|log_error|log_output|log_warnings|log_slow_query|log_slow_query_file|slow_query_log|slow_query_log_file|innodb_status_output\w*|innodb_print_\w+|innodb_deadlock_report|log_disabled_statements|log_slow_disabled_statements|console|core_file)$/,
    why: 'statements, which may hold passwords, and names of users stay out of the log, whose form Coffer reads',
  },
  {
    names:
      /^(?:innodb_flush_method|innodb_doublewrite|innodb_force_recovery|innodb_checksum_algorithm|innodb_read_only\w*|innodb_use_\w+|innodb_fast_shutdown|innodb_page_size|innodb_undo_\w+|innodb_max_undo_log_size|innodb_log_file_\w+|innodb_log_write_\w+|innodb_log_checkpoint_now|innodb_flush_log_at_trx_commit|innodb_temp_\w+|innodb_encrypt\w*|innodb_default_encryption_key_id|encrypt_\w+|aria_encrypt\w*|aria_block_size|aria_force_\w+|aria_log_file_size|aria_recover\w*|lower_case_table_names|sync_frm|flush|flush_time|ignore_builtin_innodb|innodb_linux_aio|innodb_buffer_pool_(?:dump|load)_\w+|innodb_monitor_\w+|myisam_recover_options|log_tc_size|large_pages|innodb_numa_interleave|innodb_buffer_pool_in_core_dump|innodb_fatal_\w+)$/,
    why: 'Coffer promises that data survives a crash, and that it can be read by the engine that comes next',
  },
  {
    names:
      /^(?:log_bin\w*|binlog_\w+|encrypt_binlog|sync_binlog|expire_logs_days|max_binlog_\w+|master_\w+|relay_\w+|max_relay_log_size|replicate_\w+|rpl_\w+|slave_\w+|log_slave_updates|log_slow_slave_\w+|sync_master_info|sync_relay_\w+|server_id|gtid_\w+|wsrep_\w+|read_binlog_speed_limit|init_slave)$/,
    why: 'backup and replication are kept by Coffer',
  },
  {
    names:
      /^(?:skip_grant_tables|skip_show_database|skip_name_resolve|secure_auth|old_passwords|strict_password_validation|max_password_errors|max_connect_errors|disconnect_on_expired_password|default_password_lifetime|allow_suspicious_udfs|automatic_sp_privileges|init_connect|init_file|secure_timestamp|host_cache_size|connect_timeout)$/,
    why: 'Coffer keeps how users log in and what they may do',
  },
  { names: /^(?:read_only|tx_read_only|transaction_read_only)$/, why: 'Coffer sets it while the volume is full' },
  { names: /^(?:query_cache_\w+)$/, why: 'the query cache is off: it stands in the way of every other session' },
  {
    names:
      /^(?:debug\w*|\w*_debug\w*|old|old_mode|thread_handling|thread_stack|open_files_limit|performance_schema_\w+)$/,
    why: 'it is for the developers of the engine, or follows what the host gives to an instance',
  },
]

/** MariaDB documentation, "Server System Variables": K, M, G, T, P and E multiply by powers of 1024. */
const quantity = (text: string): number | null => {
  const split = splitQuantity(text)
  if (!split) return null
  const power = split.suffix === '' ? 0 : 'kmgtpe'.indexOf(split.suffix.toLowerCase()) + 1
  const isKnown = split.suffix === '' || (split.suffix.length === 1 && power > 0)
  return isKnown ? split.count * 1024 ** power : null
}

const mebibytes = (text: string): number | null => {
  const bytes = quantity(text)
  return bytes === null ? null : bytes / 1024 ** 2
}

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

export const mariadbConfiguration: ConfigurationRules = {
  owned,
  texts: new Set(['ft_boolean_syntax']),
  memory: ['innodb_buffer_pool_size', 'innodb_log_buffer_size', 'key_buffer_size', 'aria_pagecache_buffer_size'],
  quantity,
  mebibytes,
  defaults: sizeSettings,
}
