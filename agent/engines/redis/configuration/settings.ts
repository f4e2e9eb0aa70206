import type { EngineInstance, EngineLimits } from '../../engine.ts'
import { pidFileOf, socketOf, usersOf } from '../places.ts'

/** Directive and its words, unquoted. */
export type Settings = Readonly<Record<string, string | number>>

/** Every directive that Coffer writes for this instance. */
export const settingsOf = (instance: EngineInstance, limits: EngineLimits): Settings => ({
  ...fixedSettings(instance),
  ...sizeSettings(instance.spec),
  ...(limits.volume === 'FULL' ? fencedSettings : {}),
  // Without the port nobody comes over the network; the socket stays.
  'tls-port': limits.clients === 'served' ? instance.listen.port : 0,
})

/** Those that a running engine takes. A path is taken again when it is the same: the file in it may be another. */
export const liveSettings: readonly string[] = [
  'maxmemory',
  'maxmemory-policy',
  'maxclients',
  'tls-port',
  'tls-cert-file',
  'tls-key-file',
]

const fixedSettings = (instance: EngineInstance): Settings => ({
  bind: instance.listen.address,
  // Every user has a password, and `default` cannot log in.
  'protected-mode': 'no',
  port: 0,
  'tls-cert-file': instance.tls.certificate,
  'tls-key-file': instance.tls.key,
  'tls-ca-cert-file': instance.tls.ca,
  'tls-auth-clients': 'no',
  'tls-protocols': 'TLSv1.2 TLSv1.3',
  unixsocket: socketOf(instance),
  unixsocketperm: '700',
  pidfile: pidFileOf(instance),
  dir: instance.dataDir,
  aclfile: usersOf(instance),
  daemonize: 'no',
  // Its command line stays as it was given: by it the process is known.
  'set-proc-title': 'no',
  loglevel: 'notice',
  logfile: '',
  databases: 16,
  // Every write is in the log before it is answered, and on the disk within a second: what Redis itself recommends.
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '',
  'tcp-keepalive': 60,
})

/**
 * Three quarters of the memory are for data: while the log is rewritten, pages that change are there twice (Redis documentation, "Memory optimization";
 * ElastiCache reserves a quarter as well). A connection takes some 20 kB with its buffers.
 */
const sizeSettings = ({ memoryMiB }: EngineInstance['spec']): Settings => ({
  maxmemory: `${Math.floor((memoryMiB * 3) / 4)}mb`,
  'maxmemory-policy': 'noeviction',
  maxclients: Math.min(10_000, Math.max(100, memoryMiB * 4)),
})

/** So little memory that everything which takes some is refused, while keys can be read, deleted and expired. */
const fencedSettings: Settings = { maxmemory: 1, 'maxmemory-policy': 'noeviction' }

/** `directive "words"` lines, in Redis's quoting. */
export const renderSettings = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${name === 'bind' ? value : quoted(String(value))}\n`)
    .join('')

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`
