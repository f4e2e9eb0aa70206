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
    names: /^(?:bind|bind-source-addr|port|protected-mode|unixsocket|unixsocketperm|socket-mark-id)$/,
    why: 'Coffer decides where the engine listens',
  },
  { names: /^tls-/, why: 'TLS and its certificates are kept by Coffer' },
  {
    names: /^(?:dir|pidfile|dbfilename|appenddirname|appendfilename|cluster-config-file)$/,
    why: 'Coffer decides where the files of an instance are',
  },
  {
    names: /^(?:logfile|loglevel|syslog-.*|crash-.*|always-show-logo|ignore-warnings)$/,
    why: 'Coffer reads the log of the engine, whose form must stay',
  },
  {
    names:
      /^(?:appendonly|save|aof-.*|rdb.*|no-appendfsync-on-rewrite|sanitize-dump-payload|stop-writes-on-bgsave-error|shutdown-.*|auto-aof-rewrite-.*)$/,
    why: 'Coffer promises that data survives a crash',
  },
  {
    names: /^(?:replica.*|repl-.*|min-replicas-.*|master.*|cluster-.*|propagation-error-behavior)$/,
    why: 'backup and replication are kept by Coffer',
  },
  {
    names: /^(?:aclfile|acl-.*|requirepass|enable-.*|rename-command)$/,
    why: 'Coffer keeps how users log in and what they may do',
  },
  { names: /^(?:maxmemory)$/, why: 'it follows the memory of the flavor' },
  {
    names:
      /^(?:daemonize|supervised|set-proc-title|proc-title-template|oom-score-.*|.*cpulist|disable-thp|jemalloc-bg-thread)$/,
    why: 'Coffer runs the process',
  },
]

const sizes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
}

/** Redis documentation, `redis.conf`, "Note on units": for memory alone, whatever the case. */
const quantity = (text: string, unit: string | null): number | null => {
  const split = splitQuantity(text)
  if (!split) return null
  const size = unit === 'B' ? sizes[split.suffix.toLowerCase()] : split.suffix === '' ? 1 : undefined
  return size === undefined ? null : split.count * size
}

const mebibytes = (text: string, unit: string | null): number | null => {
  const bytes = unit === 'B' ? quantity(text, unit) : null
  return bytes === null ? null : bytes / 1024 ** 2
}

/**
 * Three quarters of the memory are for data: while the log is rewritten, pages that change are there twice (Redis documentation, "Memory optimization";
 * ElastiCache reserves a quarter as well). A connection takes some 20 kB with its buffers.
 */
const defaults = ({ memoryMiB }: Resources): Settings => ({
  maxmemory: `${Math.floor((memoryMiB * 3) / 4)}mb`,
  'maxmemory-policy': 'noeviction',
  maxclients: clamp(memoryMiB * 4, 100, 10_000),
  databases: 16,
  // Every write is in the log before it is answered, and on the disk within a second: what Redis itself recommends.
  appendfsync: 'everysec',
  'tcp-keepalive': 60,
})

export const redisConfiguration: ConfigurationRules = {
  owned,
  texts: new Set(['notify-keyspace-events', 'client-output-buffer-limit', 'latency-tracking-info-percentiles']),
  memory: [],
  quantity,
  mebibytes,
  defaults,
}
