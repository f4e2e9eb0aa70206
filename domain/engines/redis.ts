import { rootUser } from '../values/root-user.ts'
import { type ConnectionTarget, type EngineDescriptor, ownPrefix } from './descriptor.ts'
import { printablePassword } from './printable-password.ts'
import { redisConfiguration } from './redis-configuration.ts'
import { authorityOf, escapePath } from './uri-parts.ts'

/** The scheme says TLS; clients take the CA as an option of their own, and not from the URI. */
const uri = (target: ConnectionTarget): string => `rediss://${authorityOf(target)}/${escapePath(target.database ?? '')}`

export const redis: EngineDescriptor = {
  title: 'Redis',
  version: /^\d+\.\d+\.\d+$/,
  seriesParts: 1,
  userName: {
    what: 'the name of a Redis user',
    pattern: /^[a-zA-Z0-9_-]+$/,
    alphabet: 'letters a to z, digits, _ and -',
    maxBytes: 63,
    reserved: new Set(['default', rootUser]),
    reservedPrefixes: [ownPrefix],
  },
  databases: { kind: 'numbered', refusal: 'Redis has numbered databases that are always there: none can be named' },
  extensions: 'Redis has no extensions of a database: its modules are of the whole server, and Coffer keeps those',
  accounts: {
    hosts: 'Redis lets a user come from anywhere: its access lists have no addresses. Keep others out in the network',
    formerPassword: 'available',
    owners: 'databases of Redis are numbered and belong to nobody',
  },
  password: printablePassword,
  fallbackDatabase: null,
  uri,
  forms: {},
  client: {
    program: 'redis-cli',
    directories: () => [],
    elsewhere: [],
    version: /^redis-cli (\d+\.\d+\.\d+)/,
    advice: () => null,
    howToGet: () => 'Debian, Ubuntu: apt-get install redis-tools',
    environment: /^(REDISCLI_(?:HISTFILE|RCFILE)|FAKETTY)$/,
    passwordVariable: 'REDISCLI_AUTH',
    session: ({ endpoint, user, password, database, caFile }, command) => ({
      args: [
        ...['-h', endpoint.host, '-p', String(endpoint.port), '--tls'],
        ...(caFile === undefined ? [] : ['--cacert', caFile]),
        ...(user === null ? [] : ['--user', user]),
        ...(password === undefined ? ['--askpass'] : []),
        ...(database === null ? [] : ['-n', database]),
      ],
      ...(command === undefined ? {} : { input: `${command}\n` }),
    }),
  },
  configuration: redisConfiguration,
  releases: null,
  // An append-only file that is rewritten stands beside the one before it until it is whole.
  room: { recoveryMiB: 16, writesMiB: 16 },
}
