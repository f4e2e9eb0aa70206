import type { Settings } from '../../../../domain/engines/configuration-rules.ts'
import { redisConfiguration } from '../../../../domain/engines/redis-configuration.ts'
import type { EngineInstance, EngineLimits } from '../../engine.ts'
import { pidFileOf, socketOf, usersOf } from '../places.ts'

/** Every directive that Coffer writes for this instance. */
export const settingsOf = (instance: EngineInstance, limits: EngineLimits): Settings => ({
  ...redisConfiguration.defaults(instance.spec, instance.installation.version),
  ...instance.parameters,
  ...fixedSettings(instance),
  ...(limits.clients === 'trial' ? {} : tlsSettings(instance)),
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
  appendonly: 'yes',
  save: '',
})

const tlsSettings = ({ tls }: EngineInstance): Settings => ({
  'tls-cert-file': tls.certificate,
  'tls-key-file': tls.key,
  'tls-ca-cert-file': tls.ca,
  'tls-auth-clients': 'no',
  'tls-protocols': 'TLSv1.2 TLSv1.3',
})

/** So little memory that everything which takes some is refused, while keys can be read, deleted and expired. */
const fencedSettings: Settings = { maxmemory: 1, 'maxmemory-policy': 'noeviction' }

/** `directive "words"` lines, in Redis's quoting. */
export const renderSettings = (settings: Settings): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${name === 'bind' ? value : quoted(String(value))}\n`)
    .join('')

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`

/** What `renderSettings` wrote, but for what has several words. */
export const parseSettings = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(/^(\S+) "(.*)"$/gm)].map(([, name = '', value = '']) => [name, value.replace(/\\(.)/g, '$1')]),
  )
