import { parseRedisUrl } from '../../projections/adapters/redis/redis-url.ts'
import { isAgentAlone, isDistributed, runs } from './roles.ts'
import type { Config } from './settings.ts'

/** What each value allows alone, but not together. One problem each. */
export const contradictions = (config: Config): readonly string[] => [
  ...valueProblems(config),
  ...storeProblems(config),
  ...credentialProblems(config),
  ...backupProblems(config),
]

const valueProblems = (config: Config): readonly string[] => {
  const problems: string[] = []
  if ((config.oidcIssuer === null) !== (config.oidcAudience === null)) {
    problems.push('COFFER_OIDC_ISSUER and COFFER_OIDC_AUDIENCE belong together: set both or none')
  }
  if (config.oidcJwksUrl !== null && config.oidcIssuer === null) {
    problems.push('COFFER_OIDC_JWKS_URL is set and COFFER_OIDC_ISSUER is not: it would let no one in')
  }
  if (config.adminToken !== null && config.adminTokenFile !== null) {
    problems.push('COFFER_ADMIN_TOKEN and COFFER_ADMIN_TOKEN_FILE are both set: set one of them')
  }
  if (config.defaultVolumeGiB > config.maxVolumeGiB) {
    problems.push(
      `COFFER_DEFAULT_VOLUME_GIB is ${config.defaultVolumeGiB}: it must not be over COFFER_MAX_VOLUME_GIB, ${config.maxVolumeGiB}`,
    )
  }
  return problems
}

const backupProblems = ({ backupPlace, backupAccessKey, backupSecretKey }: Config): readonly string[] => {
  const given = [backupAccessKey, backupSecretKey].filter((key) => key !== null).length
  return backupPlace?.kind === 's3' && given < 2
    ? ['COFFER_BACKUP_URL names a bucket: COFFER_BACKUP_ACCESS_KEY and COFFER_BACKUP_SECRET_KEY must be set for it']
    : []
}

const storeProblems = (config: Config): readonly string[] => {
  // What an agent does not need may be set for it all the same: one environment for all processes.
  if (isAgentAlone(config) && isDistributed(config)) return []
  if (!isDistributed(config)) {
    return [
      ...(config.eventStoreUrl === null
        ? []
        : [
            'COFFER_EVENTSTORE_URL is set and COFFER_KAFKA_BROKERS is not: the log and the bus are shared both or neither',
          ]),
      ...(config.redisUrl === null
        ? []
        : [
            'COFFER_REDIS_URL is set and COFFER_KAFKA_BROKERS is not: views in Redis need a log and a bus outside of the data directory',
          ]),
      ...(config.namespace === null
        ? []
        : [
            'COFFER_NAMESPACE is set and COFFER_KAFKA_BROKERS is not: it keeps systems apart that share their stores, and a data directory is never shared',
          ]),
    ]
  }
  const problems: string[] = []
  if (config.eventStoreUrl === null) {
    problems.push(
      'COFFER_KAFKA_BROKERS is set and COFFER_EVENTSTORE_URL is not: the log and the bus are shared both or neither; only an agent (COFFER_ROLES=agent) needs the bus alone',
    )
  }
  if (config.redisUrl === null && runs(config, 'api') !== runs(config, 'projector')) {
    problems.push(
      `COFFER_ROLES is ${config.roles.join(',')} and COFFER_REDIS_URL is not set: an api and a projector in processes of their own share the views in Redis`,
    )
  }
  const hasToken = config.adminToken !== null || config.adminTokenFile !== null
  if (runs(config, 'saga') && !runs(config, 'api') && config.masterKey === null) {
    problems.push(
      'COFFER_MASTER_KEY must be set where the log is shared and COFFER_ROLES has a saga: what agents are told is signed by a key that follows from it, the same for every api and saga',
    )
  }
  if (runs(config, 'api') && (config.masterKey === null || !hasToken)) {
    problems.push(
      'COFFER_MASTER_KEY and COFFER_ADMIN_TOKEN (or COFFER_ADMIN_TOKEN_FILE) must be set where the log is shared and COFFER_ROLES has an api: they are the same for every one',
    )
  }
  return problems
}

const credentialProblems = (config: Config): readonly string[] => {
  const problems: string[] = []
  const { kafkaSasl, kafkaUser, kafkaPassword } = config
  if ((kafkaSasl !== 'off') !== (kafkaUser !== null) || (kafkaSasl !== 'off') !== (kafkaPassword !== null)) {
    problems.push('COFFER_KAFKA_SASL, COFFER_KAFKA_USER and COFFER_KAFKA_PASSWORD belong together: set all or none')
  }
  for (const [cert, key, name] of [
    [config.kafkaCertFile, config.kafkaKeyFile, 'KAFKA'],
    [config.redisCertFile, config.redisKeyFile, 'REDIS'],
  ] as const) {
    if ((cert === null) !== (key === null)) {
      problems.push(`COFFER_${name}_CERT_FILE and COFFER_${name}_KEY_FILE belong together: set both or none`)
    }
  }
  if ((config.otlpCertFile === null) !== (config.otlpKeyFile === null)) {
    problems.push(
      'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY belong together: set both or none',
    )
  }
  if (config.kafkaTls === 'off' && (config.kafkaCaFile ?? config.kafkaCertFile) !== null) {
    problems.push('COFFER_KAFKA_CA_FILE or COFFER_KAFKA_CERT_FILE is set and COFFER_KAFKA_TLS is off: turn it on')
  }
  const ofRedis = config.redisCaFile ?? config.redisCertFile
  if (config.redisUrl !== null && ofRedis !== null && !parseRedisUrl(config.redisUrl).tls) {
    problems.push(
      'COFFER_REDIS_CA_FILE or COFFER_REDIS_CERT_FILE is set and COFFER_REDIS_URL is one without TLS: begin it with rediss',
    )
  }
  return problems
}
