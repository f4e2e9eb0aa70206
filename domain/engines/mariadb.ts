import { rootUser } from '../values/root-user.ts'
import { type ConnectionTarget, type EngineDescriptor, ownPrefix } from './descriptor.ts'
import { mariadbConfiguration } from './mariadb-configuration.ts'
import { printablePassword } from './printable-password.ts'
import { authorityOf, escapePath, fileParameter } from './uri-parts.ts'

/** Names of MariaDB's databases have at most 64 characters, of its users 80. */
const name = {
  pattern: /^[a-zA-Z0-9_$-]+$/,
  alphabet: 'letters a to z, digits, _, $ and -',
  reservedPrefixes: [ownPrefix],
}

const uri = (target: ConnectionTarget): string => {
  const ca = fileParameter('&', 'ssl-ca', target.caFile)
  return `mariadb://${authorityOf(target)}/${escapePath(target.database ?? '')}?ssl-verify-server-cert=true${ca}`
}

export const mariadb: EngineDescriptor = {
  title: 'MariaDB',
  version: /^\d+\.\d+\.\d+$/,
  seriesParts: 2,
  userName: {
    ...name,
    what: 'the name of a MariaDB user',
    maxBytes: 80,
    reserved: new Set([rootUser, 'mysql', 'public', 'none', 'current_user', 'current_role', 'debian-sys-maint']),
  },
  databases: {
    kind: 'named',
    name: {
      ...name,
      what: 'the name of a MariaDB database',
      maxBytes: 64,
      reserved: new Set(['mysql', 'information_schema', 'performance_schema', 'sys']),
    },
  },
  extensions: 'MariaDB has no extensions of a database: its plugins are of the whole server, and Coffer keeps those',
  accounts: {
    hosts: 'available',
    formerPassword: 'available',
    owners: 'a MariaDB database belongs to nobody: leave the owner out, and name who may use it in full',
  },
  password: printablePassword,
  fallbackDatabase: null,
  uri,
  forms: {},
  client: {
    program: 'mariadb',
    directories: () => [],
    elsewhere: [],
    version: /(\d+\.\d+\.\d+)-MariaDB/,
    advice: () => null,
    howToGet: () => 'Debian, Ubuntu: apt-get install mariadb-client',
    environment: /^(PAGER|LESS|LESSCHARSET|EDITOR|VISUAL|MYSQL_HISTFILE)$/,
    passwordVariable: 'MYSQL_PWD',
    session: ({ endpoint, user, password, database, caFile }, command) => ({
      args: [
        // First, or it is not taken: what the machine says for other servers is none of this one's.
        '--no-defaults',
        '--protocol=tcp',
        `--host=${endpoint.host}`,
        `--port=${endpoint.port}`,
        '--ssl-verify-server-cert',
        ...(caFile === undefined ? [] : [`--ssl-ca=${caFile}`]),
        ...(user === null ? [] : [`--user=${user}`]),
        ...(password === undefined ? ['--password'] : []),
        ...(command === undefined ? [] : [`--execute=${command}`]),
        ...(database === null ? [] : [`--database=${database}`]),
      ],
    }),
  },
  configuration: mariadbConfiguration,
  releases: null,
  // The redo log is of a fixed size and there from the first start on; undo and temporary tables grow with what is rolled back.
  room: { recoveryMiB: 32, writesMiB: 32 },
}
