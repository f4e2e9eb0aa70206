import { rootUser } from '../values/root-user.ts'
import { type SaslprepFault, saslprepFault } from '../values/saslprep.ts'
import { majorOf } from '../values/version.ts'
import { type ConnectionTarget, type EngineDescriptor, ownPrefix } from './descriptor.ts'
import { postgresqlConfiguration } from './postgresql-configuration.ts'
import { authorityOf, escapePath, escapeValue, fileParameter, hostOf } from './uri-parts.ts'

/** PostgreSQL cuts identifiers at NAMEDATALEN - 1 = 63 bytes, keeps `pg_` for itself, and takes some words for roles. */
const name = {
  pattern: /^[a-zA-Z_][a-zA-Z0-9_$-]*$/,
  alphabet: 'letters a to z, digits, _, $ and -, beginning with a letter or _',
  maxBytes: 63,
  reservedPrefixes: ['pg_', ownPrefix],
}

const passwordFaults: Readonly<Record<SaslprepFault, string>> = {
  character:
    'this one has a character that drivers send in different ways or refuse, such as an emoji, a control character, a ligature or a special space',
  composition: 'this one has an accent or a part of a character that drivers join with the one before it',
  direction:
    'this one has letters that are written from right to left, and then it must begin and end with one and have none of other scripts (RFC 4013)',
}

/** What libpq (psql, psycopg), node-postgres and pgx take as it is: TLS, the server's name and certificate checked. */
const uri = (target: ConnectionTarget): string => {
  const ca = fileParameter('&', 'sslrootcert', target.caFile)
  return `postgresql://${authorityOf(target)}/${escapePath(target.database ?? '')}?sslmode=verify-full${ca}`
}

/** For the JDBC driver, which takes user and password as parameters and reads `+` as a space. */
const jdbc = ({ endpoint, user, password, database, caFile }: ConnectionTarget): string => {
  const parameters = [
    ['user', user],
    ['password', password],
    ['sslmode', 'verify-full'],
    ['sslrootcert', caFile],
  ] as const
  const query = parameters.flatMap(([key, value]) => (value ? [`${key}=${escapeValue(value)}`] : [])).join('&')
  return `jdbc:postgresql://${hostOf(endpoint)}:${endpoint.port}/${escapeValue(database ?? '')}?${query}`
}

/** Lines for a shell, which libpq and all that follows its conventions take. */
const environmentLines = ({ endpoint, user, password, database, caFile }: ConnectionTarget): readonly string[] =>
  (
    [
      ['PGHOST', endpoint.host],
      ['PGPORT', String(endpoint.port)],
      ['PGUSER', user],
      ['PGPASSWORD', password],
      ['PGDATABASE', database],
      ['PGSSLMODE', 'verify-full'],
      ['PGSSLROOTCERT', caFile],
    ] as const
  ).flatMap(([variable, value]) => (value ? [`export ${variable}=${shellQuote(value)}`] : []))

const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** A line for `~/.pgpass`. */
const pgpass = ({ endpoint, user, password, database }: ConnectionTarget): string =>
  [endpoint.host, String(endpoint.port), database ?? '*', user ?? '*', password ?? ''].map(escapeField).join(':')

const escapeField = (text: string): string => text.replace(/[\\:]/g, '\\$&')

/** pg_dump refuses an engine that is newer than itself; psql of an older version fails at some commands. */
const howToGet = (version: string): string =>
  `Debian, Ubuntu: apt-get install postgresql-client-${majorOf(version)}; other ways are in docs/guides/postgresql-clients.md`

export const postgresql: EngineDescriptor = {
  title: 'PostgreSQL',
  version: /^\d+\.\d+$/,
  seriesParts: 1,
  userName: {
    ...name,
    what: 'the name of a PostgreSQL user',
    reserved: new Set([rootUser, 'postgres', 'public', 'none', 'user', 'current_user', 'session_user', 'current_role']),
  },
  databases: {
    kind: 'named',
    name: {
      ...name,
      what: 'the name of a PostgreSQL database',
      reserved: new Set(['postgres', 'template0', 'template1']),
    },
  },
  extensions: 'available',
  accounts: {
    hosts:
      'PostgreSQL binds addresses in a file of its server and not to users: leave the host out, and keep others out in the network',
    owners: 'available',
    formerPassword:
      'a PostgreSQL user has one password: make a second user of the same databases, move clients over to it, and delete the first',
  },
  password: {
    wanted: 'that every driver sends alike, as all of ASCII that can be typed',
    fault: (password) => {
      const fault = saslprepFault(password)
      return fault && passwordFaults[fault]
    },
  },
  fallbackDatabase: 'postgres',
  uri,
  forms: {
    jdbc: { password: 'never', write: jdbc },
    env: { password: 'if-given', write: environmentLines },
    pgpass: { password: 'needed', write: pgpass },
  },
  client: {
    program: 'psql',
    directories: (version) =>
      ['/usr/lib/postgresql/', '/usr/pgsql-', '/usr/pgsql/'].map((place) => `${place}${majorOf(version)}/bin`),
    // Where `make install` puts it, which nobody has on the path.
    elsewhere: ['/usr/local/pgsql/bin'],
    version: /\(PostgreSQL\) (\d+)/,
    advice: (own, version) =>
      majorOf(own) >= majorOf(version)
        ? null
        : `psql is of version ${own} and the database of ${majorOf(version)}: some \\d commands may fail, and pg_dump ${own} cannot dump it. ${howToGet(version)}`,
    howToGet,
    // What libpq takes from PGOPTIONS, PGHOSTADDR, PGSERVICE, PGSSLCERT and their like would go to another server, or make another session.
    environment: /^(PG_COLORS?|PSQL.+|PGPASSFILE|PAGER|LESS|LESSCHARSET|EDITOR|VISUAL)$/,
    passwordVariable: 'PGPASSWORD',
    session: ({ password: _password, ...target }, command) => ({
      args: [uri(target), ...(command === undefined ? [] : ['--command', command])],
    }),
  },
  configuration: postgresqlConfiguration,
  releases: { asOf: 'November 2026', newest: ['15.20', '16.16', '17.12', '18.6'] },
  // A segment of its log (16 MiB) to recover, one more for the checkpoint after that, and room to write what is in them. It ends without three.
  room: { recoveryMiB: 64, writesMiB: 48 },
}
