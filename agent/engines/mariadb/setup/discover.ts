import type { PackagedServerKind } from '../../discover-servers.ts'

/** How a MariaDB is told from others. */
export const mariadbServers: PackagedServerKind = {
  datastore: 'mariadb',
  name: 'MariaDB',
  program: 'mariadbd',
  folder: 'usr/sbin',
  // The oldest long-term release that the driver is tested with.
  oldest: '10.11',
  askVersion: async (ask) => {
    const { exitCode, stdout, stderr } = await ask(['--no-defaults', '--version'])
    if (exitCode !== 0) return { reason: stderr.trim() }
    const version = /Ver (\d+\.\d+\.\d+)-MariaDB/.exec(stdout)?.[1]
    return version === undefined ? { reason: 'it does not say which release of MariaDB it is' } : { version }
  },
}
