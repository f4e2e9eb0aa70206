import { datastoreTypes } from '../../domain/engines/registry.ts'
import { backupPlace } from './backup-url.ts'
import { optional, type Setting, secret, setting } from './setting.ts'
import { brokers, eventStoreUrl, joinToken, namespace, redisUrl, secretKey, token } from './store-values.ts'
import { tracingSettings } from './tracing-settings.ts'
import {
  accountIdRange,
  issuer,
  listOf,
  oneOf,
  origins,
  port,
  portRange,
  seconds,
  text,
  wholeNumber,
} from './values.ts'

export const roleNames = ['all', 'api', 'saga', 'projector', 'agent'] as const
export type ProgramRole = (typeof roleNames)[number]

const pemFile = text('the path of a PEM file')

/** Everything that can be configured. `docs/reference/configuration.md` is generated from this list. */
export const settings = {
  host: setting('COFFER_HOST', text('a host name or address'), '127.0.0.1', 'Where the API listens.'),
  port: setting(
    'COFFER_PORT',
    port,
    '4000',
    'The port of the API, the probes and the metrics. Every process listens on one, in every role: several on one machine need different ports.',
  ),
  dataDir: setting(
    'COFFER_DATA_DIR',
    // Programs of engines put paths on lines, which would end at one of these.
    text('the path of a directory, without control characters', /^(?!\s*$)\P{Cc}+$/u),
    './data',
    'Holds the log, the admin token and, below `agent`, the databases. Made if missing, readable by its owner alone.',
  ),
  roles: setting('COFFER_ROLES', listOf(...roleNames), 'all', 'Which parts of Coffer this process runs.'),
  mode: setting(
    'COFFER_MODE',
    oneOf('development', 'production'),
    'development',
    'In development, GraphiQL is served at `/graphql`.',
  ),
  logLevel: setting(
    'COFFER_LOG_LEVEL',
    oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    'info',
    'The least important log lines to write.',
  ),
  logFormat: setting(
    'COFFER_LOG_FORMAT',
    oneOf('auto', 'pretty', 'json'),
    'auto',
    'How log lines look; `auto`: pretty on a terminal, JSON elsewhere.',
  ),
  corsOrigins: setting(
    'COFFER_CORS_ORIGINS',
    origins,
    '',
    'Web pages of these origins may use the API from a browser.',
  ),
  oidcIssuer: optional(
    'COFFER_OIDC_ISSUER',
    issuer,
    'Accept the JWTs of this OpenID Connect issuer; its keys are found by discovery.',
  ),
  oidcAudience: optional('COFFER_OIDC_AUDIENCE', text('some text'), 'The audience such a JWT must be made for.'),
  oidcJwksUrl: optional('COFFER_OIDC_JWKS_URL', issuer, 'Where the keys of the issuer are, if it offers no discovery.'),
  oidcProjectClaim: setting(
    'COFFER_OIDC_PROJECT_CLAIM',
    text('the name of a claim'),
    'coffer_project',
    'The claim of a JWT that names the project; dots lead into objects.',
  ),
  oidcRolesClaim: setting(
    'COFFER_OIDC_ROLES_CLAIM',
    text('the name of a claim'),
    'coffer_roles',
    'The claim with the roles: `admin`, `member`, `reader`.',
  ),
  keystoneUrl: optional(
    'COFFER_KEYSTONE_URL',
    issuer,
    'Accept the tokens of this OpenStack Keystone: the id of their project is the project, and of their roles `admin`, `member` and `reader` count.',
  ),
  keystoneKeptMs: setting(
    'COFFER_KEYSTONE_CACHE',
    seconds(1, 3600),
    '30',
    'Seconds that an answer of Keystone about a token is kept: a token that was revoked there is refused here after as long.',
  ),
  adminProject: setting(
    'COFFER_ADMIN_PROJECT',
    text('a project id', /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
    'default',
    'The project that the admin token acts for.',
  ),
  rateLimitPerMinute: setting(
    'COFFER_RATE_LIMIT',
    wholeNumber(0, 1_000_000, 'requests a minute'),
    '200',
    'Requests a minute that a project may make of each kind (queries, mutations, subscriptions); 0: no limit. Admins have none.',
  ),
  quotaInstances: setting(
    'COFFER_QUOTA_INSTANCES',
    wholeNumber(0, 1_000_000, 'instances'),
    '20',
    'Instances a project may have, unless an admin set another quota for it.',
  ),
  quotaVcpus: setting('COFFER_QUOTA_VCPUS', wholeNumber(0, 1_000_000, 'vCPUs'), '40', 'The same for vCPUs.'),
  quotaMemoryMiB: setting(
    'COFFER_QUOTA_MEMORY_MIB',
    wholeNumber(0, 1_000_000_000, 'MiB'),
    '65536',
    'The same for memory, in MiB.',
  ),
  quotaVolumeGiB: setting(
    'COFFER_QUOTA_VOLUME_GIB',
    wholeNumber(0, 1_000_000, 'GiB'),
    '500',
    'The same for volumes, in GiB.',
  ),
  quotaBackupGiB: setting(
    'COFFER_QUOTA_BACKUP_GIB',
    wholeNumber(0, 1_000_000, 'GiB'),
    '1000',
    'The same for backups in their store, in GiB.',
  ),
  maxTokens: setting(
    'COFFER_MAX_TOKENS',
    wholeNumber(1, 100_000, 'tokens'),
    '100',
    'API tokens of a project that may be valid at one time.',
  ),
  defaultFlavor: setting(
    'COFFER_DEFAULT_FLAVOR',
    text('the name of a flavor', /^[a-z0-9][a-z0-9-]{0,62}$/),
    'small',
    'The flavor of an instance that is asked for without one.',
  ),
  defaultVolumeGiB: setting(
    'COFFER_DEFAULT_VOLUME_GIB',
    wholeNumber(1, 65_536, 'GiB'),
    '1',
    'The volume, in GiB, of an instance that is asked for without one.',
  ),
  maxVolumeGiB: setting(
    'COFFER_MAX_VOLUME_GIB',
    wholeNumber(1, 65_536, 'GiB'),
    '1024',
    'The largest volume that can be asked for, in GiB.',
  ),
  operationTimeoutMs: setting(
    'COFFER_OPERATION_TIMEOUT',
    seconds(5, 86_400),
    '300',
    'Seconds after which an operation that has not ended fails, cleans up and says why.',
  ),
  backupPlace: secret(
    'COFFER_BACKUP_URL',
    backupPlace,
    'Where backups are kept, the same for every `api`, `saga` and `agent`: a directory that all of them see, a bucket of an S3-compatible store, or `none`. By default `backups` in the data directory, and nowhere where the log is shared.',
  ),
  backupAccessKey: secret('COFFER_BACKUP_ACCESS_KEY', text('the id of a key'), 'The access key for a bucket.'),
  backupSecretKey: secret('COFFER_BACKUP_SECRET_KEY', text('some text'), 'The secret that belongs to it.'),
  backupTimeoutMs: setting(
    'COFFER_BACKUP_TIMEOUT',
    seconds(60, 604_800),
    '43200',
    'Seconds after which a backup, or an instance that is made of one, that is not done fails and cleans up.',
  ),
  idempotencyKeyLifetimeMs: setting(
    'COFFER_IDEMPOTENCY_KEY_LIFETIME',
    seconds(60, 2_592_000),
    '86400',
    'Seconds from its first use for which an idempotency key stands for that request; after that it may be used again.',
  ),
  refusalsKeptDays: setting(
    'COFFER_REFUSALS_KEPT_DAYS',
    wholeNumber(1, 366, 'days'),
    '30',
    'Days for which commands that were refused are kept, for `coffer events refused`.',
  ),
  engineAddress: setting(
    'COFFER_ENGINE_ADDRESS',
    text('a host name or address'),
    '127.0.0.1',
    'The address that clients of the databases are told.',
  ),
  engineListenAddress: setting(
    'COFFER_ENGINE_LISTEN_ADDRESS',
    text('an address of this machine'),
    '127.0.0.1',
    'The address the databases listen on.',
  ),
  enginePorts: setting(
    'COFFER_ENGINE_PORTS',
    portRange,
    '15432-19999',
    'The ports databases are given, both ends included.',
  ),
  engineAccountIds: setting(
    'COFFER_ENGINE_ACCOUNT_IDS',
    accountIdRange,
    '40000-49999',
    'Where an agent runs as root: the ids of the users and groups it makes for databases, both ends included. Each database has one, and one more is lent to make templates.',
  ),
  volumeKind: setting(
    'COFFER_VOLUME_KIND',
    oneOf('auto', 'loop', 'directory'),
    'auto',
    '`loop`: a file system of the exact size for each instance (needs root); `directory`: a plain directory; `auto`: loop where it works.',
  ),
  preparedVolumes: setting(
    'COFFER_PREPARED_VOLUMES',
    wholeNumber(0, 16, 'volumes'),
    '2',
    'Volumes that an agent holds ready with an empty database, some 40 MB each, so that as many creates in a row need not wait for a copy.',
  ),
  fetchEngines: setting(
    'COFFER_FETCH_ENGINES',
    listOf('all', 'none', ...datastoreTypes),
    'all',
    'Engines that an agent fetches in the background if its host has none, from the packages of its Debian or Ubuntu and into the data directory; `none`: it offers what is there.',
  ),
  agentName: optional(
    'COFFER_AGENT_NAME',
    text('a name'),
    'What this machine is called in the list of hosts; by default its host name.',
  ),
  capacityVcpus: optional(
    'COFFER_CAPACITY_VCPUS',
    wholeNumber(1, 100_000, 'vCPUs'),
    'vCPUs to offer to instances; by default a multiple of the cores found.',
  ),
  capacityMemoryMiB: optional(
    'COFFER_CAPACITY_MEMORY_MIB',
    wholeNumber(64, 1_000_000_000, 'MiB'),
    'Memory to offer to instances, in MiB; by default what the machine has.',
  ),
  capacityVolumeGiB: optional(
    'COFFER_CAPACITY_VOLUME_GIB',
    wholeNumber(1, 1_000_000, 'GiB'),
    'Volume space to offer to instances, in GiB; by default what the disk has.',
  ),
  hostLostAfterMs: setting(
    'COFFER_HOST_LOST_AFTER',
    seconds(5, 3600),
    '15',
    'Seconds of silence after which a host counts as lost and its databases as unreachable.',
  ),
  enginesOnStop: setting(
    'COFFER_ENGINES_ON_STOP',
    oneOf('auto', 'stop', 'keep'),
    'auto',
    'What becomes of the databases when the server stops; `auto`: an agent that runs alone keeps them, a server of all roles stops them and brings them back at its next start.',
  ),
  maxLagMs: setting(
    'COFFER_MAX_LAG',
    seconds(1, 3600),
    '10',
    'Seconds by which views may be behind the log before `/readyz` says no.',
  ),
  stopTimeoutMs: setting(
    'COFFER_STOP_TIMEOUT',
    seconds(1, 3600),
    '60',
    'Seconds an orderly stop may take; then the process ends as it is.',
  ),
  namespace: optional(
    'COFFER_NAMESPACE',
    namespace,
    'Stands, with a dot, before the names of all streams in KurrentDB, topics and groups in Kafka and keys in Redis, where several systems share them; the same for every process of a system, agents too. Without it, `coffer` stands before the names of streams alone.',
  ),
  eventStoreUrl: secret(
    'COFFER_EVENTSTORE_URL',
    eventStoreUrl,
    'KurrentDB as the log, instead of a file in the data directory. TLS and credentials are part of the URL.',
  ),
  kafkaBrokers: optional('COFFER_KAFKA_BROKERS', brokers, 'Kafka as the bus. All that an agent needs of these.'),
  kafkaTls: setting(
    'COFFER_KAFKA_TLS',
    oneOf('off', 'on'),
    'off',
    'Whether Kafka is spoken to with TLS, certificates checked.',
  ),
  kafkaCaFile: optional(
    'COFFER_KAFKA_CA_FILE',
    pemFile,
    "Who signed the brokers' certificates, if not a public authority.",
  ),
  kafkaCertFile: optional('COFFER_KAFKA_CERT_FILE', pemFile, 'A certificate to show to the brokers.'),
  kafkaKeyFile: optional('COFFER_KAFKA_KEY_FILE', pemFile, 'The private key of that certificate.'),
  kafkaSasl: setting(
    'COFFER_KAFKA_SASL',
    oneOf('off', 'plain', 'scram-sha-256', 'scram-sha-512'),
    'off',
    'How to log in to Kafka.',
  ),
  kafkaUser: optional('COFFER_KAFKA_USER', text('a name'), 'Who logs in to Kafka.'),
  kafkaPassword: secret('COFFER_KAFKA_PASSWORD', text('some text'), 'The password for that.'),
  redisUrl: secret(
    'COFFER_REDIS_URL',
    redisUrl,
    'Redis for the views and the rate limit, instead of the memory of the process. Needed by an `api` and a `projector` in processes of their own.',
  ),
  redisCaFile: optional(
    'COFFER_REDIS_CA_FILE',
    pemFile,
    'Who signed the certificate of Redis (`rediss://`), if not a public authority.',
  ),
  redisCertFile: optional('COFFER_REDIS_CERT_FILE', pemFile, 'A certificate to show to Redis.'),
  redisKeyFile: optional('COFFER_REDIS_KEY_FILE', pemFile, 'The private key of that certificate.'),
  redisSentinelPassword: secret(
    'COFFER_REDIS_SENTINEL_PASSWORD',
    text('some text'),
    'The password of the Sentinels, where they ask for one.',
  ),
  masterKey: secret(
    'COFFER_MASTER_KEY',
    secretKey,
    'The key that passwords under an idempotency key, cursors and what commands to agents are signed by follow from, the same for every `api` and `saga`; by default one in the data directory.',
  ),
  adminToken: secret(
    'COFFER_ADMIN_TOKEN',
    token,
    'The admin token, the same for every `api`; by default one in the data directory.',
  ),
  adminTokenFile: optional(
    'COFFER_ADMIN_TOKEN_FILE',
    text('the path of a file'),
    'A file with the admin token, instead of the token itself. It is read again when it changes, so that the token can be rotated.',
  ),
  joinToken: secret(
    'COFFER_JOIN_TOKEN',
    joinToken,
    'What the host of an `agent` joins with, once: `coffer admin host join-token` makes it. Not needed where the process has the master key.',
  ),
  ...tracingSettings,
} satisfies Readonly<Record<string, Setting<unknown>>>

type Settings = typeof settings
/** Everything the program can be told, read once at its start. Times are in milliseconds, `dataDir` is absolute. */
export type Config = { readonly [Key in keyof Settings]: Settings[Key] extends Setting<infer T> ? T : never }

/** Read by the command line client; the server knows them so as not to take them for mistakes. */
export const clientVariables = {
  COFFER_URL: 'The address of the API; by default that of the server whose data directory is used.',
  COFFER_TOKEN: 'The token to show; by default the admin token in the data directory.',
  COFFER_PROFILE: 'Which server of those that were logged in to; by default the local one, else the last one.',
  COFFER_DB_PASSWORD: 'The password for `coffer connect`, so that it need not be typed.',
} as const
